import { invalidOption } from './invalid-option.ts';

/**
 * Refuses what is no client of node-redis: it would fail at each call, with an error that says nothing of it.
 *
 * @param name What the application calls it: `client`.
 * @param methods What is needed of it.
 * @throws {A2ARedisError} `INVALID_OPTION`, which says what to pass.
 */
export function requireClient(client: unknown, name: string, methods: readonly string[]): void {
  const fault = faultOf(client, methods);
  if (fault === undefined) return;
  throw invalidOption(
    name,
    `must be a client of node-redis 5 or 6, such as \`await createRedisClient()\` gives, not ${fault}`,
  );
}

/** What it is instead. */
function faultOf(client: unknown, methods: readonly string[]): string | undefined {
  if (client === null || client === undefined) return String(client);
  if (typeof client === 'string' || client instanceof URL) return 'a URL';
  if (typeof client !== 'object') return `a value of type ${typeof client}`;
  if (isFunction(client, 'then')) return 'a promise of one: await it';
  // Others call it otherwise, too, and would take the same names for something else.
  if (isFunction(client, 'evalsha') && !isFunction(client, 'evalSha')) {
    return 'one of ioredis: pass `fromIoredis(client)` of @a2a-redis/ioredis';
  }
  // Its methods take callbacks. All other objects with the names of commands are typed per call.
  if (isFunction(client, 'EVALSHA') && !isFunction(client, 'withTypeMapping')) {
    return 'what its `legacy()` or `multi()` gives';
  }
  const missing = methods.filter((method) => !isFunction(client, method));
  return missing.length === 0 ? undefined : `an object without \`${missing.join('` and `')}\``;
}

function isFunction(client: object, name: string): boolean {
  return typeof Reflect.get(client, name) === 'function';
}
