/**
 * Lua 5.1 as Redis runs it, translated to JavaScript. One thing differs: a local variable on the left of
 * an operator, `a + f()`, is read before the right side is computed, and not after it, which tells where
 * `f` assigns to `a`. `..`, lists and calls read it before in Lua, too.
 */
export { compileLua, type LuaChunk } from './compile-lua.ts';
export {
  LuaError,
  type LuaFunction,
  type LuaResult,
  LuaTable,
  type LuaValue,
} from './values/values.ts';
