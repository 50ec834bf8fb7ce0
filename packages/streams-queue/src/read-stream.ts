import { defineScript, type ScriptRunner, textsReply } from '@a2a-redis/core/shared';

import readStreamSource from './scripts/read-stream.lua';

const readStreamScript = defineScript('read-stream', readStreamSource, { writes: 'never' });

/** Which entries of a stream to read. */
export interface StreamRange {
  /** The oldest or the newest first. */
  readonly command: 'XRANGE' | 'XREVRANGE';
  /** As the command takes it: with `(` before it, the id after that is meant. */
  readonly from: string;
  readonly to: '+' | '-';
  readonly count: number;
}

/** Reads entries: of each its id, then the values of its fields. */
export async function readStream(
  runner: ScriptRunner,
  key: string,
  { command, from, to, count }: StreamRange,
): Promise<readonly string[]> {
  return textsReply(await runner.run(readStreamScript, [key], [command, from, to, String(count)]));
}
