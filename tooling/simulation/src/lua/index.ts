/** Lua 5.1 as Redis runs it, translated to JavaScript. */
export { compileLua, type LuaChunk } from './compile-lua.ts';
export {
  LuaError,
  type LuaFunction,
  type LuaResult,
  LuaTable,
  type LuaValue,
} from './values/values.ts';
