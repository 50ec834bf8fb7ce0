import { caughtError } from './library/base-library.ts';
import { first } from './operators/results.ts';
import { Globals } from './translate/globals.ts';
import { runtime } from './translate/runtime.ts';
import { Scope } from './translate/scope.ts';
import { Statements } from './translate/statements.ts';
import { parseLua } from './translate/syntax.ts';
import type { LuaFunction, LuaTable, LuaValue } from './values/values.ts';

/**
 * Translates a script to JavaScript. Its characters are bytes, as those of every Lua string.
 *
 * @throws {LuaError} where it is not valid Lua 5.1.
 */
export function compileLua(source: string): LuaChunk {
  const syntax = parseLua(source);
  const globals = new Globals();
  const body = new Statements(syntax, globals).functionBody(syntax.chunk.body, Scope.root());
  const { names } = globals;
  const code = `'use strict';
const { ${Object.keys(runtime).join(', ')} } = $;
const $va = NOTHING;
${globals.declarations}return (${globals.parameters}) => {
${body}};`;
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- the code is made here, of nothing that a script wrote but literals and names
  const main = new Function('$', code)(runtime) as LuaFunction;
  return {
    run(environment) {
      const values = names.map((name) => environment.get(name));
      try {
        return first(main(...values));
      } catch (error) {
        throw caughtError(error) ?? error;
      }
    },
  };
}

/** The globals besides the standard library, which they do not replace: `redis`, `KEYS`, `ARGV`. */
type LuaEnvironment = ReadonlyMap<string, LuaValue> | LuaTable;

/** A script that is ready to run, as often as wanted. */
export interface LuaChunk {
  /**
   * Runs it from the start. No run sees anything of another.
   *
   * @returns the first value that the script returns.
   * @throws {LuaError} where the script fails. What the host's functions throw besides goes through.
   */
  run(environment: LuaEnvironment): LuaValue;
}
