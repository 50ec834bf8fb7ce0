/** A Lua script, loaded as text by the shared build configuration. */
declare module '*.lua' {
  const source: string;
  export default source;
}
