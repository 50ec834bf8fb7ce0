import type { Random } from '../../kernel/random.ts';
import type { ScriptName } from './project-scripts.ts';

/** A call of a script. */
export interface ScriptCall {
  readonly name: ScriptName;
  readonly keys: readonly string[];
  readonly parameters: readonly string[];
}

/** What a generator of calls knows of the server. */
export interface Known {
  /** What scripts take for the time, in milliseconds. */
  readonly now: number;
  /** Ids of some entries of a stream. */
  readonly ids: (key: string) => readonly string[];
  /** The value of a hash's field; empty where there is none. */
  readonly field: (key: string, field: string) => string;
  /** The score of a member of a sorted set; empty where there is none. */
  readonly score: (key: string, member: string) => string;
}

/** Makes a call of a script. */
export type MakeCall = (random: Random, known: Known) => ScriptCall;

export function call(
  name: ScriptName,
  keys: readonly string[],
  parameters: readonly string[],
): ScriptCall {
  return { name, keys, parameters };
}

/** A call of `runCommand`. */
export function command(name: string, key: string, ...args: readonly string[]): ScriptCall {
  return call('command', [key], [name, ...args]);
}

/** Texts of up to a number, from some choices. */
export function several(random: Random, choices: readonly string[], most: number): string[] {
  return Array.from({ length: random.integer(1, most) }, () => random.pick(choices));
}

/** A seldom used longer text, so that hashes and nodes of streams grow large, too. */
export function body(random: Random): string {
  return random.pick([
    '{"a":1}',
    '',
    '12',
    '-7',
    'caf\u00c3\u00a9',
    '\u0000\u00ff\r\n',
    'x'.repeat(random.integer(1, 200)),
    'y'.repeat(900),
  ]);
}

/** Seconds after which something expires, so far apart that it never does in a test. */
export const TTL_SECONDS: readonly string[] = ['100000', '200000'];
