import { ipairsStep, nextPair } from '../library/traversal.ts';
import { LuaError, LuaTable, type LuaValue } from '../values/values.ts';
import { toNumber } from './arithmetic.ts';
import { callee } from './access.ts';
import { placeOf, type Site } from './faults.ts';
import { all } from './results.ts';

/** A numeric `for`'s start, limit or step. */
export function loopNumber(value: LuaValue, name: string, site: Site): number {
  if (typeof value === 'number') return value;
  const number = toNumber(value);
  if (number === undefined) throw new LuaError(`${placeOf(site)}'for' ${name} must be a number`);
  return number;
}

/** A generic `for` under way. Those of `pairs` and `ipairs` go on without a call and its array. */
export class Loop {
  /** The first two loop variables. */
  key: LuaValue;
  value: LuaValue;
  readonly #step: LuaValue;
  readonly #state: LuaValue;
  readonly #site: Site;
  #results: readonly LuaValue[] = [];
  #index = 0;

  /** From the values that follow `in`. */
  constructor(values: readonly LuaValue[], site: Site) {
    [this.#step, this.#state, this.key] = values;
    this.#site = site;
  }

  /** Goes on to the next round; whether there is one. */
  next(): boolean {
    const step = this.#step;
    const state = this.#state;
    if (state instanceof LuaTable) {
      if (step === ipairsStep) {
        this.#index += 1;
        this.key = this.#index;
        this.value = state.get(this.#index);
        return this.value !== undefined;
      }
      if (step === nextPair) {
        this.key = state.keyAfter(this.key);
        if (this.key === undefined) return false;
        this.value = state.get(this.key);
        return true;
      }
    }
    this.#results = all(callee(step, this.#site)(state, this.key));
    [this.key, this.value] = this.#results;
    return this.key !== undefined;
  }

  /** The loop variable at a position from 2 on. */
  at(position: number): LuaValue {
    return this.#results[position];
  }
}
