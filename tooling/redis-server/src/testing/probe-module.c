/* The smallest module: it only gives its name. Declared by hand, so that no Redis header is needed. */
int RedisModule_OnLoad(void *ctx, void **argv, int argc) {
  int (*get_api)(const char *, void *) = ((void **)ctx)[0];
  void (*set_attributes)(void *, const char *, int, int);
  (void)argv;
  (void)argc;
  if (get_api("RedisModule_SetModuleAttribs", &set_attributes) != 0) return 1;
  set_attributes(ctx, "probe", 7, 1);
  return 0;
}
