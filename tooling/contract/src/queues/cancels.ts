import { TaskState } from '@a2a-js/sdk';
import { TaskNotCancelableError, TaskNotFoundError } from '@a2a-js/sdk/errors';
import { describe, expect, test } from 'vitest';

import { ContractAgent, summaryOf } from './agent.ts';
import { expectHeard } from './expect-heard.ts';
import type { QueueManagerSubject } from './subject.ts';

const REQUESTED = 'Task cancellation requested by user.';

/** Requests to cancel a task, whatever state it is in. */
export function cancels(subject: QueueManagerSubject): void {
  describe('a request to cancel', () => {
    test('reaches the executor, and everybody sees the end', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(1);
      await listener.until(2);
      const subscriber = agent.resubscribe(execution.taskId);
      await subscriber.until(1);
      const canceled = { state: 'canceled', parts: ['0'], history: ['hello'] };
      expect(summaryOf(await agent.cancel(execution.taskId))).toEqual(canceled);
      expect(agent.executor.canceled).toEqual([execution.taskId]);
      expect(await listener.ended).toEqual(['task working 0', 'chunk 0', 'canceled']);
      expectHeard(subject, await subscriber.ended, ['task working 1', 'canceled']);
      expect(await agent.stored(execution.taskId)).toEqual(canceled);
      expect(agent.errors).toEqual([]);
    });

    test('finds the task completed meanwhile', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task();
      await listener.until(1);
      agent.executor.onCancel = async () => {
        execution.complete();
      };
      await expect(agent.cancel(execution.taskId)).rejects.toThrow(TaskNotCancelableError);
      expect(await listener.ended).toEqual(['task working 0', 'completed']);
    });

    test('fails where the executor does, which goes on', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task();
      await listener.until(1);
      agent.executor.onCancel = async () => {
        throw new Error('not now');
      };
      await expect(agent.cancel(execution.taskId)).rejects.toThrow('not now');
      execution.complete();
      expect(await listener.ended).toEqual(['task working 0', 'completed']);
    });

    test('ends a task that waits for its user', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
      await listener.ended;
      const subscriber = agent.resubscribe(execution.taskId);
      await subscriber.until(1);
      const { state } = summaryOf(await agent.cancel(execution.taskId));
      expect(state).toBe('canceled');
      expect(agent.executor.canceled).toEqual([execution.taskId]);
      expectHeard(subject, await subscriber.ended, ['task input-required 0', 'canceled']);
    });

    test('ends a task that nobody executes', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().return();
      await listener.ended;
      expect(summaryOf(await agent.cancel(execution.taskId))).toEqual({
        state: 'canceled',
        text: REQUESTED,
        parts: [],
        history: ['hello', REQUESTED],
      });
      expect(agent.executor.canceled).toEqual([]);
    });

    test('is answered with the task where it was canceled before', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task();
      await listener.until(1);
      const first = await agent.cancel(execution.taskId);
      expect(await agent.cancel(execution.taskId)).toEqual(first);
      expect(agent.executor.canceled).toEqual([execution.taskId]);
    });

    test('is refused after the end', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().complete();
      await listener.ended;
      await expect(agent.cancel(execution.taskId)).rejects.toThrow(TaskNotCancelableError);
    });

    test('is refused where there is no such task', async () => {
      await using agent = await ContractAgent.open(subject);
      await expect(agent.cancel('none')).rejects.toThrow(TaskNotFoundError);
    });
  });
}
