import { describe, expect, it } from 'vitest';

import type { AgentSubject } from './agents.ts';
import { cancelsElsewhere } from './cancels-elsewhere.ts';
import { followsUpElsewhere } from './follows-up-elsewhere.ts';
import { unhandledIn } from './observations.ts';
import { sharesTasksElsewhere } from './shares-tasks-elsewhere.ts';
import { tellsWebhooks } from './tells-webhooks.ts';
import { useAgents } from './use-agents.ts';

const SPECS = [cancelsElsewhere, followsUpElsewhere, sharesTasksElsewhere, tellsWebhooks];

/** Declares the tests of calls that go to other replicas than the one that executes the task. */
export function describeElsewhere(subject: AgentSubject): void {
  describe(`replicas with a ${subject.name}`, () => {
    const used = useAgents(subject, ['a', 'b', 'c']);

    for (const spec of SPECS) spec(subject, used);

    it('nothing went unhandled in the processes', async () => {
      expect(await unhandledIn(used.all)).toEqual([]);
    });
  });
}
