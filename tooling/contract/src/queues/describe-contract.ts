import { describe } from 'vitest';

import { cancels } from './cancels.ts';
import { keepsListeners } from './keeps-listeners.ts';
import { managesBuses } from './manages-buses.ts';
import { resubscribes } from './resubscribes.ts';
import { sharesTasks } from './shares-tasks.ts';
import { streamsAnswers } from './streams-answers.ts';
import type { QueueManagerContract } from './subject.ts';
import { survivesFailures } from './survives-failures.ts';
import { takesOwnTaskIds } from './takes-own-task-ids.ts';
import { takesEventsAfterTheEnd } from './takes-events-after-the-end.ts';
import { takesPartialEvents } from './takes-partial-events.ts';
import { waitsForUsers } from './waits-for-users.ts';

const SPECS = [
  keepsListeners,
  managesBuses,
  streamsAnswers,
  survivesFailures,
  takesEventsAfterTheEnd,
  takesOwnTaskIds,
  takesPartialEvents,
  waitsForUsers,
  resubscribes,
  cancels,
  sharesTasks,
];

/**
 * Declares the tests that every `ExecutionEventBusManager` of this project, and the SDK's own,
 * passes: what the SDK's request handler does with its own bus, it does the same with these.
 */
export function describeQueueManagerContract({
  name,
  open,
  capabilities = {},
}: QueueManagerContract): void {
  describe(`${name} as an ExecutionEventBusManager`, () => {
    for (const spec of SPECS) spec({ open, capabilities });
  });
}
