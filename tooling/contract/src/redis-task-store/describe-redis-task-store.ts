import { describe } from 'vitest';

import { keepsWritesOfProcesses } from './keeps-writes-of-processes.ts';
import type { RedisTaskStoreSubject } from './subject.ts';
import { survivesRestarts } from './survives-restarts.ts';
import { writesOnceWhenRepliesAreLate } from './writes-once-when-replies-are-late.ts';
import { writesOnceWhenRepliesAreLost } from './writes-once-when-replies-are-lost.ts';

const SPECS = [
  writesOnceWhenRepliesAreLost,
  writesOnceWhenRepliesAreLate,
  survivesRestarts,
  keepsWritesOfProcesses,
];

/**
 * Declares the tests that every task store on Redis passes, whatever form its records have: what it
 * promises beyond the contract of a `TaskStore`, and what it does when something fails.
 *
 * @param subject The store.
 */
export function describeRedisTaskStore(subject: RedisTaskStoreSubject): void {
  describe(`${subject.name} on Redis`, () => {
    for (const spec of SPECS) spec(subject);
  });
}
