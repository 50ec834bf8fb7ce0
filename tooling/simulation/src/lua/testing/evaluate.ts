import { compileLua } from '../compile-lua.ts';
import { LuaTable, type LuaValue } from '../values/values.ts';

/** All values that a script returns: tables as arrays or, with other keys, as maps. */
export function evaluate(
  source: string,
  globals: Readonly<Record<string, LuaValue>> = {},
): unknown[] {
  const list = compileLua(
    `local function f(...)\n${source}\nend return { n = select('#', f()), f() }`,
  );
  const values = list.run(new Map(Object.entries(globals)));
  if (!(values instanceof LuaTable)) throw new TypeError('A table was expected.');
  return Array.from({ length: Number(values.get('n')) }, (_, index) =>
    plain(values.get(index + 1)),
  );
}

function plain(value: LuaValue): unknown {
  if (!(value instanceof LuaTable)) return value;
  const entries = [...value.entries()].map(([key, item]): [LuaValue, unknown] => [
    key,
    plain(item),
  ]);
  return entries.length === value.length ? entries.map(([, item]) => item) : new Map(entries);
}
