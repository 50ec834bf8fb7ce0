import { formatNumber } from '../numbers/format-number.ts';
import type { LuaError, LuaValue } from '../values/values.ts';
import { operandFault, type Site } from './faults.ts';

/** `a .. b .. c`, which Lua computes at once, when it has all operands. */
export function concatenate(site: Site, ...operands: readonly LuaValue[]): string {
  let text = '';
  for (const operand of operands) {
    if (typeof operand === 'string') text += operand;
    else if (typeof operand === 'number') text += formatNumber(operand);
    else throw concatenationFault(site, operands);
  }
  return text;
}

/**
 * Lua goes from the right, two operands at a time, and names the left one of two where that is none: so
 * the last operand is named only if the one before it can be concatenated.
 */
function concatenationFault(site: Site, operands: readonly LuaValue[]): LuaError {
  const last = operands.length - 1;
  const before = operands.findLastIndex((operand, place) => place < last && !isText(operand));
  const place = before === last - 1 || isText(operands[last]) ? before : last;
  return operandFault('concatenate', operands[place], site, place);
}

function isText(value: LuaValue): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
