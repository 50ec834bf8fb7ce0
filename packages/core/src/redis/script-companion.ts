import { requireRightsSource } from '../rights/require-rights.ts';
import { defineScript, type RedisScript } from './script.ts';
import companionAloneSource from './scripts/companion-alone.lua';
import companionCallsSource from './scripts/companion.lua';
import noCompanionSource from './scripts/no-companion.lua';
import packedArgumentsSource from './scripts/packed-arguments.lua';

/** A piece of a script that another one does in the same step, or not at all. See `companion.lua`. */
export interface ScriptCompanion {
  readonly name: string;
  /** Defines the local table `companion`. Follows `require-rights.lua`. */
  readonly source: string;
  /** Does the same without another script. Returns `accepted`, or why it was refused. */
  readonly alone: RedisScript;
}

/** What a companion is to do. */
export interface CompanionCall {
  readonly companion: ScriptCompanion;
  /** As many as the companion has, in the hash slot of what the other script writes. */
  readonly keys: readonly [string, ...string[]];
  readonly args: readonly string[];
}

/** Makes a companion of its source. */
export function defineCompanion(name: string, source: string): ScriptCompanion {
  const alone = `${requireRightsSource}\n${source}\n${companionAloneSource}`;
  return { name, source, alone: defineScript(name, alone) };
}

/** A script that may have a companion, and takes its arguments packed: see `packed-arguments.lua`. */
export class HostScript {
  /** The script without one. */
  readonly alone: RedisScript;
  readonly #name: string;
  readonly #source: string;
  readonly #pairs = new WeakMap<ScriptCompanion, RedisScript>();

  /** @param source Calls the functions of `companion.lua`. */
  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = `${companionCallsSource}\n${source}`;
    this.alone = this.#define(name, noCompanionSource);
  }

  /** The script with a companion. */
  with(companion: ScriptCompanion): RedisScript {
    const known = this.#pairs.get(companion);
    if (known !== undefined) return known;
    const pair = this.#define(`${this.#name}+${companion.name}`, companion.source);
    this.#pairs.set(companion, pair);
    return pair;
  }

  #define(name: string, companionSource: string): RedisScript {
    const before = `${packedArgumentsSource}\n${requireRightsSource}\n${companionSource}`;
    return defineScript(name, `${before}\n${this.#source}`);
  }
}
