import { A2ARedisError } from '@a2a-redis/core';

import type { Listener } from '../queues/listener.ts';
import { mergeSeen, type Seen } from '../queues/merge-seen.ts';
import type { Replica } from './replica.ts';

/**
 * What a stream came to: what was seen in it, or the code of what ended it.
 *
 * @throws What ended it, where that has no code.
 */
export async function outcomeOf({ ended }: Listener): Promise<Seen | string> {
  try {
    return mergeSeen(await ended);
  } catch (error) {
    if (error instanceof A2ARedisError) return error.code;
    throw error;
  }
}

/** The code of an error of these packages; of any other, what was thrown. */
export function codeOf(error: unknown): unknown {
  return error instanceof A2ARedisError ? error.code : error;
}

/** The codes of what a replica reported. */
export function codesOf({ errors }: Replica): readonly unknown[] {
  return errors.map(codeOf);
}

/** Waits until a stream has told of so many parts of a task, whether one by one or by a fresh task. */
export async function untilParts(listener: Listener, count: number): Promise<void> {
  while (mergeSeen(listener.seen).parts < count) await listener.until(listener.seen.length + 1);
}
