import { summaryOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { describe, expect, it } from 'vitest';

import type { Agent, AgentSubject } from './agents.ts';
import { chunks, eventually, storedTask } from './observations.ts';
import type { AgentsInUse } from './use-agents.ts';

/** Two executions of one task at once, wherever they are. */
export function sharesTasksElsewhere(_subject: AgentSubject, used: AgentsInUse): void {
  describe('two messages to one task', () => {
    it.each([
      ['on one replica', (): readonly [Agent, Agent] => [used.a, used.a]],
      ['on two replicas', (): readonly [Agent, Agent] => [used.a, used.b]],
    ])('%s: each chunk is stored once', async (name, agents) => {
      const { c } = used;
      const [one, two] = agents();
      const stream = one.stream(`task; chunks 6 1 a; wait 1 ${name}; chunks 6 1 c; completed`);
      await stream.until(2);
      const { taskId } = stream;
      const other = two.client.send(`chunks 12 1 b; wait 2 ${name}`, { taskId });
      await eventually(async () => (await storedTask(c, taskId)).parts.length >= 18);
      await one.process.call('open', `1 ${name}`);
      const seen = await stream.ended;
      await two.process.call('open', `2 ${name}`);
      await other;
      const all = [...chunks(0, 6, 'a'), ...chunks(6, 12, 'c'), ...chunks(0, 12, 'b')].map(
        (chunk) => chunk.replace('chunk ', ''),
      );
      const { state, parts } = await storedTask(c, taskId);
      expect(state).toBe('completed');
      const { history } = summaryOf(await c.client.task(taskId));
      expect(history.map((text) => text.split(';')[0])).toEqual(['task', 'chunks 12 1 b']);
      expect(parts.toSorted()).toEqual(all.toSorted());
      expect(seen.toSorted()).toEqual(
        ['task working 0', ...all.map((chunk) => `chunk ${chunk}`), 'completed'].toSorted(),
      );
      // Each publisher's order is kept.
      for (const labels of ['[ac]', 'b']) {
        const its = new RegExp(`^${labels}`);
        const inOrder = all.filter((chunk) => its.test(chunk));
        expect(parts.filter((part) => its.test(part))).toEqual(inOrder);
      }
    });
  });
}
