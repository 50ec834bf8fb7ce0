import { describe } from 'vitest';

import { deletesTasks } from './deletes-tasks.ts';
import { expiresTasks } from './expires-tasks.ts';
import { goesOnAfterLostWrites } from './goes-on-after-lost-writes.ts';
import { keepsWritesOfProcesses } from './keeps-writes-of-processes.ts';
import { listsTaskIds } from './lists-task-ids.ts';
import { namesOldServers } from './names-old-servers.ts';
import { tracksAppliedEvents } from './tracks-applied-events.ts';
import { refusesBadTasks } from './refuses-bad-tasks.ts';
import { refusesOptions } from './refuses-options.ts';
import { repairsTheIndex } from './repairs-the-index.ts';
import { readsFromReplicas } from './reads-from-replicas.ts';
import { sendsWhatIsNeeded } from './sends-what-is-needed.ts';
import type { RedisTaskStoreSubject } from './subject.ts';
import { survivesCrashes } from './survives-crashes.ts';
import { survivesRestarts } from './survives-restarts.ts';
import { takesCopies } from './takes-copies.ts';
import { updatesTasks } from './updates-tasks.ts';
import { writesEvents } from './writes-events.ts';
import { writesOnceWhenRepliesAreLate } from './writes-once-when-replies-are-late.ts';
import { writesOnceWhenRepliesAreLost } from './writes-once-when-replies-are-lost.ts';

const SPECS = [
  namesOldServers,
  refusesOptions,
  refusesBadTasks,
  takesCopies,
  updatesTasks,
  deletesTasks,
  listsTaskIds,
  expiresTasks,
  repairsTheIndex,
  sendsWhatIsNeeded,
  readsFromReplicas,
  tracksAppliedEvents,
  writesEvents,
  writesOnceWhenRepliesAreLost,
  writesOnceWhenRepliesAreLate,
  survivesRestarts,
  keepsWritesOfProcesses,
  survivesCrashes,
  goesOnAfterLostWrites,
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
