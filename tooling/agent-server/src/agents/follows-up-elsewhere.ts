import { type Listener, summaryOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { describe, expect, it } from 'vitest';

import type { AgentSubject } from './agents.ts';
import { expectSeen, storedTask } from './observations.ts';
import type { AgentsInUse } from './use-agents.ts';

/** Messages to tasks that wait for their user, of which other replicas know. */
export function followsUpElsewhere(subject: AgentSubject, used: AgentsInUse): void {
  describe('a message to a task that needs input', () => {
    it('may go to any replica; subscribers on the others see what comes of it', async () => {
      const { a, b, c } = used;
      const stream = a.stream('task; chunks 1; input-required');
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
      const { taskId } = stream;
      const subscribers = [a, b, c].map((agent) => agent.resubscribe(taskId));
      await Promise.all(subscribers.map(async (each) => each.until(1)));

      const next = b.stream('task; chunks 1 0 b; completed', { taskId });
      expect(await next.ended).toEqual(['task working 1', 'chunk b0', 'completed']);
      for (const subscriber of subscribers) {
        const [first, second, ...rest] = await subscriber.ended;
        expect([first, ...rest]).toEqual(['task input-required 1', 'chunk b0', 'completed']);
        expect(second).toMatch(/^task working/);
      }
      expect(summaryOf(await c.client.task(taskId))).toEqual({
        state: 'completed',
        parts: ['0', 'b0'],
        history: ['task; chunks 1; input-required', 'task; chunks 1 0 b; completed'],
      });
    });

    it('can be followed by further ones, each on another replica', async () => {
      const { a, b, c } = used;
      const { taskId } = await ended(a.stream('task; chunks 1 0 a; input-required'));
      for (const [index, agent] of [b, c, a, c].entries()) {
        const next = agent.stream(`task; chunks 1 0 ${index}-; input-required`, { taskId });
        const seen = [`task working ${index + 1}`, `chunk ${index}-0`, 'input-required'];
        expect(await next.ended).toEqual(seen);
      }
      const last = await ended(b.stream('task; completed', { taskId }));
      expect(last.seen).toEqual(['task working 5', 'completed']);
      expect(await storedTask(c, taskId)).toEqual({
        state: 'completed',
        parts: ['a0', '0-0', '1-0', '2-0', '3-0'],
      });
      await expect(a.resubscribe(taskId).ended).rejects.toThrow('terminal state');
    });

    it('can be canceled on a replica that never had it', async () => {
      const { a, c } = used;
      const { taskId } = await ended(a.stream('task; input-required'));
      const subscriber = a.resubscribe(taskId);
      await subscriber.until(1);
      expect(summaryOf(await c.client.cancel(taskId)).state).toBe('canceled');
      await expectSeen(subject, subscriber, ['task input-required 0', 'canceled']);
    });

    it('may go to any replica again and again; subscribers on the others see what comes of it', async () => {
      const { a, b, c } = used;
      const stream = a.stream('task; chunks 1; input-required');
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
      const { taskId } = stream;
      for (const [index, agent] of [b, c, a].entries()) {
        const subscribers = [a, b, c].map((each) => each.resubscribe(taskId));
        await Promise.all(subscribers.map(async (each) => each.until(1)));
        const next = agent.stream(`task; chunks 1 0 ${index}-; input-required`, { taskId });
        const seen = [`task working ${index + 1}`, `chunk ${index}-0`, 'input-required'];
        expect(await next.ended).toEqual(seen);
        for (const subscriber of subscribers) {
          const [snapshot, begun, ...rest] = await subscriber.ended;
          expect(snapshot).toBe(`task input-required ${index + 1}`);
          expect(begun).toMatch(/^task working/);
          expect(rest).toEqual(seen.slice(1));
        }
      }
      const last = b.stream('task; completed', { taskId });
      expect(await last.ended).toEqual(['task working 4', 'completed']);
      const { state, parts } = summaryOf(await c.client.task(taskId));
      expect([state, parts]).toEqual(['completed', ['0', '0-0', '1-0', '2-0']]);
    });
  });
}

async function ended(stream: Listener): Promise<Listener> {
  await stream.ended;
  return stream;
}
