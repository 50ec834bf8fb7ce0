import { createHash } from 'node:crypto';

import type { RedisScriptClient, ScriptCallOptions } from './script-client.ts';

/** A Lua script with the digest that servers know it by. */
export interface RedisScript<W extends ScriptWrites = ScriptWrites> {
  /** The script's file name without its ending; named in errors. */
  readonly name: string;
  readonly source: string;
  /** Lower-case hexadecimal SHA-1 of the source. */
  readonly sha1: string;
  readonly writes: W;
}

/**
 * Whether a script writes:
 *
 * - `always`: where it succeeds, it has written, so that the server takes writes.
 * - `sometimes`: it can come to its end without, which shows nothing. It publishes, or removes what it finds damaged.
 * - `never`: a server can run it as a call that only reads. The header of its file says so.
 */
export type ScriptWrites = 'always' | 'sometimes' | 'never';

/** Makes a script of its source. */
export function defineScript<W extends ScriptWrites>(
  name: string,
  source: string,
  { writes }: Pick<RedisScript<W>, 'writes'>,
): RedisScript<W>;
export function defineScript(name: string, source: string): RedisScript<'always'>;
export function defineScript(
  name: string,
  source: string,
  { writes }: Pick<RedisScript, 'writes'> = { writes: 'always' },
): RedisScript {
  return { name, source, sha1: createHash('sha1').update(source).digest('hex'), writes };
}

/** Runs a script once: by its digest, and whole where the server does not know it. */
export async function evaluate(
  client: RedisScriptClient,
  { sha1, source }: Pick<RedisScript, 'sha1' | 'source'>,
  options: ScriptCallOptions,
): Promise<unknown> {
  try {
    return await client.evalSha(sha1, options);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.eval(source, options);
  }
}
