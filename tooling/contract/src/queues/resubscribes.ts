import { TaskNotFoundError, UnsupportedOperationError } from '@a2a-js/sdk/errors';
import { describe, expect, test } from 'vitest';

import { ContractAgent } from './agent.ts';
import { expectHeard } from './expect-heard.ts';
import type { QueueManagerSubject } from './subject.ts';

/** Those who come later, and those who come again. */
export function resubscribes(subject: QueueManagerSubject): void {
  describe('a subscriber', () => {
    test('gets the task as it is, and every later event', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(2);
      await listener.until(3);
      const subscriber = agent.resubscribe(execution.taskId);
      await subscriber.until(1);
      execution.chunks(2).complete();
      const seen = ['task working 2', 'chunk 2', 'chunk 3', 'completed'];
      expectHeard(subject, await subscriber.ended, seen);
      await listener.ended;
      expect(await agent.stored(execution.taskId)).toEqual({
        state: 'completed',
        parts: ['0', '1', '2', '3'],
        history: ['hello'],
      });
    });

    test('is one of several, each of which gets all', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task();
      await listener.until(1);
      const subscribers = Array.from({ length: 5 }, () => agent.resubscribe(execution.taskId));
      await Promise.all(subscribers.map(async (each) => each.until(1)));
      execution.chunks(1);
      await subscribers[0]?.until(2);
      subscribers[0]?.leave();
      execution.chunks(1).complete();
      for (const subscriber of subscribers.slice(1)) {
        const seen = ['task working 0', 'chunk 0', 'chunk 1', 'completed'];
        expectHeard(subject, await subscriber.ended, seen);
      }
      const seen = ['task working 0', 'chunk 0', 'chunk 1', 'completed'];
      expect(await listener.ended).toEqual(seen);
      expect(agent.errors).toEqual([]);
    });

    test('is refused after the end', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().complete();
      await listener.ended;
      const late = agent.resubscribe(execution.taskId).ended;
      await expect(late).rejects.toThrow(UnsupportedOperationError);
    });

    test('is refused where there is no such task', async () => {
      await using agent = await ContractAgent.open(subject);
      await expect(agent.resubscribe('none').ended).rejects.toThrow(TaskNotFoundError);
    });

    test('of a task that nobody executes gets the task, and the end', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().return();
      await listener.ended;
      expect(await agent.resubscribe(execution.taskId).ended).toEqual(['task working 0']);
    });
  });
}
