import { summaryOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { describe, expect, it } from 'vitest';

import { TRANSPORTS } from '../agent-card.ts';
import type { AgentSubject } from './agents.ts';
import { chunks, eventually, expectSeen } from './observations.ts';
import type { AgentsInUse } from './use-agents.ts';

/** Cancels of tasks that other replicas execute. */
export function cancelsElsewhere(subject: AgentSubject, used: AgentsInUse): void {
  describe('cancel on another replica', () => {
    it.each(TRANSPORTS)(
      'reaches the executor, and every subscriber sees the end once, over %s',
      async (over) => {
        const { a, b, c } = used;
        const stream = a.stream('task; chunks 2; wait never');
        await stream.until(3);
        const { taskId } = stream;
        const subscribers = [a, b, c].map((agent) => agent.resubscribe(taskId, over));
        await Promise.all(subscribers.map(async (each) => each.until(1)));
        const canceled = {
          state: 'canceled',
          parts: ['0', '1'],
          history: ['task; chunks 2; wait never'],
        };
        const client = await b.over(over);
        expect(summaryOf(await client.cancel(taskId))).toEqual(canceled);
        expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 2), 'canceled']);
        for (const subscriber of subscribers) {
          await expectSeen(subject, subscriber, ['task working 2', 'canceled']);
          expect(subscriber.seen.filter((text) => text === 'canceled')).toHaveLength(1);
        }
        expect(summaryOf(await c.client.task(taskId))).toEqual(canceled);
        const told = await Promise.all(
          [a, b, c].map(async (each) => each.process.call('canceled')),
        );
        expect(told.map((ids) => ids.filter((id) => id === taskId))).toEqual([[taskId], [], []]);
      },
    );

    it('waits while the executor takes its time', async () => {
      const { a, b } = used;
      const stream = a.stream('ignore-cancel; task; wait slowly; canceled');
      await stream.until(1);
      const cancel = b.client.cancel(stream.taskId);
      await eventually(async () => (await a.process.call('canceled')).includes(stream.taskId));
      await a.process.call('open', 'slowly');
      expect(summaryOf(await cancel).state).toBe('canceled');
      expect(await stream.ended).toEqual(['task working 0', 'canceled']);
    });

    it('by many callers on all replicas ends the task once', async () => {
      const { a, b, c } = used;
      const stream = a.stream('task; wait never');
      await stream.until(1);
      const answers = await Promise.all(
        [a, b, c, a, b, c].map(async ({ client }) => client.cancel(stream.taskId)),
      );
      expect(answers.map((task) => summaryOf(task).state)).toEqual(Array(6).fill('canceled'));
      expect(await stream.ended).toEqual(['task working 0', 'canceled']);
    });
  });
}
