import { TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import type { QueueManagerSubject } from './subject.ts';

/** Two requests that execute one task at once. */
export function sharesTasks(subject: QueueManagerSubject): void {
  const { storesEventsOnce = false, staysWhileExecuting = false } = subject.capabilities;

  describe('two requests to one task', () => {
    test('both get the events of both', async () => {
      await using agent = await ContractAgent.open(subject);
      const first = await agent.stream('hello');
      first.execution.task().chunks(1, 'a');
      await first.listener.until(2);
      const { taskId } = first.execution;
      const second = await agent.send('more', { taskId });
      second.execution.chunks(1, 'b');
      await first.listener.until(3);
      first.execution.chunks(1, 'a');
      await first.listener.until(4);
      second.execution.status(TaskState.TASK_STATE_COMPLETED).return();
      const seen = ['task working 0', 'chunk a0', 'chunk b0', 'chunk a1', 'completed'];
      expect(await first.listener.ended).toEqual(seen);
      const answer = answerOf(await second.answer);
      first.execution.return();
      const stored = await agent.stored(taskId);
      expect(answer).toMatchObject({ state: 'completed' });
      expect(stored).toEqual({
        state: 'completed',
        parts: storesEventsOnce ? ['a0', 'b0', 'a1'] : ['a0', 'b0', 'b0', 'a1', 'a1'],
        history: ['hello', 'more'],
      });
      expect(agent.errors).toEqual([]);
    });

    test(`${staysWhileExecuting ? 'last until both' : 'end when one'} has returned`, async () => {
      await using agent = await ContractAgent.open(subject);
      const first = await agent.stream('hello');
      first.execution.task();
      await first.listener.until(1);
      const second = await agent.send('more', { taskId: first.execution.taskId });
      second.execution.return();
      await second.execution.returned;
      // The handler settles the bus in the turns that follow.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      first.execution.chunks(1).complete();
      const rest = staysWhileExecuting ? ['chunk 0', 'completed'] : [];
      expect(await first.listener.ended).toEqual(['task working 0', ...rest]);
    });
  });
}
