import { TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import { expectHeard } from './expect-heard.ts';
import type { QueueManagerSubject } from './subject.ts';

const DONE = { state: 'completed', parts: ['0'], history: ['hello'] };

/** What an executor publishes after a terminal state. */
export function takesEventsAfterTheEnd(subject: QueueManagerSubject): void {
  describe('what is published after the end', () => {
    test('is not streamed and not stored', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(1);
      await listener.until(2);
      const subscriber = agent.resubscribe(execution.taskId);
      await subscriber.until(1);
      execution
        .status(TaskState.TASK_STATE_COMPLETED)
        .chunks(1)
        .status(TaskState.TASK_STATE_FAILED)
        .return();
      expect(await listener.ended).toEqual(['task working 0', 'chunk 0', 'completed']);
      expectHeard(subject, await subscriber.ended, ['task working 1', 'completed']);
      await execution.returned;
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
    });

    test('is not in the answer', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      execution.task().chunks(1).status(TaskState.TASK_STATE_COMPLETED).chunks(1).return();
      expect(answerOf(await answer)).toEqual(DONE);
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
    });

    test('comes too late once the execution has returned', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(1).complete();
      await listener.ended;
      execution.chunks(1).status(TaskState.TASK_STATE_FAILED);
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
      expect(agent.errors).toEqual([]);
    });
  });
}
