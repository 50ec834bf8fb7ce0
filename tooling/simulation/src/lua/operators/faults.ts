import { LuaError, LuaTable, LuaUserdata, type LuaValue } from '../values/values.ts';

/**
 * Where an operation stands in a script, and what its operands are called: `line|name|name`, more for `..`. A
 * translated operation hands over one constant, which is read only where it fails.
 */
export type Site = string;

/** What Lua calls the kind of a value. */
export function typeOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value instanceof LuaTable) return 'table';
  if (value instanceof LuaUserdata) return 'userdata';
  return typeof value;
}

/** What an error message of a line begins with; nothing where the line is not known. */
export function placeOf(line: number | string): string {
  return line === '' ? '' : `user_script:${line}: `;
}

/** An error for what cannot be done with a value of its kind. */
export function kindFault(
  action: string,
  value: LuaValue,
  site: Site,
  operand: 'left' | 'right' = 'left',
): LuaError {
  return operandFault(action, value, site, operand === 'left' ? 0 : 1);
}

/** As {@link kindFault}, of an operand by its place, from 0 on. */
export function operandFault(
  action: string,
  value: LuaValue,
  site: Site,
  operand: number,
): LuaError {
  const [line = '', ...names] = site.split('|');
  const name = names[operand] ?? '';
  const what = name === '' ? `a ${typeOf(value)} value` : `${name} (a ${typeOf(value)} value)`;
  return new LuaError(`${placeOf(line)}attempt to ${action} ${what}`);
}

/** An error for two values that have no order. */
export function orderFault(left: LuaValue, right: LuaValue, site: Site): LuaError {
  const kinds = [typeOf(left), typeOf(right)];
  const what = kinds[0] === kinds[1] ? `two ${kinds[0]} values` : `${kinds[0]} with ${kinds[1]}`;
  return new LuaError(`${placeOf(site.split('|')[0] ?? '')}attempt to compare ${what}`);
}
