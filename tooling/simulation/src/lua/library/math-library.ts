import { powerOf } from '../operators/arithmetic.ts';
import { LuaTable, type LuaValue } from '../values/values.ts';
import { checkNumber } from './arguments.ts';

/** `math`, without chance: a simulation has its own. */
export const mathLibrary: LuaTable = LuaTable.fromRecord({
  abs: (value: LuaValue) => Math.abs(checkNumber(value, 1, 'abs')),
  ceil: (value: LuaValue) => Math.ceil(checkNumber(value, 1, 'ceil')),
  exp: (value: LuaValue) => Math.exp(checkNumber(value, 1, 'exp')),
  floor: (value: LuaValue) => Math.floor(checkNumber(value, 1, 'floor')),
  fmod,
  huge: Infinity,
  log: (value: LuaValue) => Math.log(checkNumber(value, 1, 'log')),
  max: (...values: LuaValue[]) => extreme('max', values, (value, most) => value > most),
  min: (...values: LuaValue[]) => extreme('min', values, (value, most) => value < most),
  // Lua 5.1 has it under its old name, too.
  mod: fmod,
  modf,
  pi: Math.PI,
  pow: (base: LuaValue, exponent: LuaValue) =>
    powerOf(checkNumber(base, 1, 'pow'), checkNumber(exponent, 2, 'pow')),
  sqrt: (value: LuaValue) => Math.sqrt(checkNumber(value, 1, 'sqrt')),
}).freeze();

function fmod(left: LuaValue, right: LuaValue): number {
  return checkNumber(left, 1, 'fmod') % checkNumber(right, 2, 'fmod');
}

function modf(value: LuaValue): LuaValue[] {
  const number = checkNumber(value, 1, 'modf');
  if (Number.isNaN(number)) return [number, number];
  // As in C, what is left has the number's sign, also where it is zero.
  const left = Number.isFinite(number) ? number % 1 : 0;
  return [Math.trunc(number), left === 0 && number < 0 ? -0 : left];
}

/** The first of several values that none of the others beats. */
function extreme(
  name: string,
  values: readonly LuaValue[],
  beats: (value: number, most: number) => boolean,
): number {
  let most = checkNumber(values[0], 1, name);
  for (let index = 1; index < values.length; index += 1) {
    const value = checkNumber(values[index], index + 1, name);
    if (beats(value, most)) most = value;
  }
  return most;
}
