import { stringLibrary } from '../library/strings/string-library.ts';
import { LuaError, type LuaFunction, LuaTable, type LuaValue } from '../values/values.ts';
import { kindFault, placeOf, type Site } from './faults.ts';

/** `base[key]`. A string has the string functions. */
export function index(base: LuaValue, key: LuaValue, site: Site): LuaValue {
  if (base instanceof LuaTable) return base.get(key);
  if (typeof base === 'string') return stringLibrary.get(key);
  throw kindFault('index', base, site);
}

/** `base[key] = value`. */
export function setIndex(base: LuaValue, key: LuaValue, value: LuaValue, site: Site): void {
  if (!(base instanceof LuaTable)) throw kindFault('index', base, site);
  try {
    base.set(key, value);
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    throw new LuaError(placeOf(site.split('|')[0] ?? '') + error.message);
  }
}

/** `#value`. */
export function lengthOf(value: LuaValue, site: Site): number {
  if (typeof value === 'string' || value instanceof LuaTable) return value.length;
  throw kindFault('get length of', value, site);
}

/** What a call calls: one that fails, after its arguments were computed, where it is no function. */
export function callee(value: LuaValue, site: Site): LuaFunction {
  if (isFunction(value)) return value;
  return () => {
    throw kindFault('call', value, site);
  };
}

/** Of a class's instances, too, TypeScript would believe that they can be called. */
function isFunction(value: LuaValue): value is LuaFunction {
  return typeof value === 'function';
}

/** A global that the script reads, by its value. */
export function presentGlobal(value: LuaValue, name: string, site: Site): LuaValue {
  if (value === undefined) {
    const place = placeOf(site.split('|')[0] ?? '');
    throw new LuaError(`${place}Script attempted to access nonexistent global variable '${name}'`);
  }
  return value;
}

/** Refuses to set a global. */
export function refuseGlobal(_value: LuaValue, site: Site): never {
  throw new LuaError(`${placeOf(site.split('|')[0] ?? '')}Attempt to modify a readonly table`);
}
