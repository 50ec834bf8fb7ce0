import { TaskState } from '@a2a-js/sdk';
import { describe, expect, test, vi } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import { expectHeard } from './expect-heard.ts';
import type { QueueManagerSubject } from './subject.ts';

const { TASK_STATE_INPUT_REQUIRED, TASK_STATE_AUTH_REQUIRED, TASK_STATE_WORKING } = TaskState;

/** Tasks that wait for their user, and go on. */
export function waitsForUsers(subject: QueueManagerSubject): void {
  const { storesEventsOnce = false } = subject.capabilities;

  describe('a task that needs input', () => {
    test('goes on with the next message', async () => {
      await using agent = await ContractAgent.open(subject);
      const first = await agent.stream('hello');
      first.execution.task().chunks(1).status(TASK_STATE_INPUT_REQUIRED).return();
      expect(await first.listener.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
      const { taskId } = first.execution;

      const second = await agent.stream('more', { taskId });
      expect(second.execution.taskId).toBe(taskId);
      second.execution.task().chunks(1, 'b').complete();
      expect(await second.listener.ended).toEqual(['task working 1', 'chunk b0', 'completed']);
      expect(await agent.stored(taskId)).toEqual({
        state: 'completed',
        parts: ['0', 'b0'],
        history: ['hello', 'more'],
      });
      expect(agent.errors).toEqual([]);
    });

    test('shows the next message to those who subscribed meanwhile', async () => {
      await using agent = await ContractAgent.open(subject);
      const first = await agent.stream('hello');
      first.execution.task().chunks(1).status(TASK_STATE_INPUT_REQUIRED).return();
      await first.listener.ended;
      const { taskId } = first.execution;
      const subscribers = [agent.resubscribe(taskId), agent.resubscribe(taskId)];
      await Promise.all(subscribers.map(async (each) => each.until(1)));

      const { answer, execution } = await agent.send('more', { taskId });
      execution.status(TASK_STATE_WORKING).chunks(1, 'b').complete();
      await answer;
      for (const subscriber of subscribers) {
        const seen = ['task input-required 1', 'working', 'chunk b0', 'completed'];
        expectHeard(subject, await subscriber.ended, seen);
      }
    });

    test('answers whoever waits', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      execution.task().status(TASK_STATE_INPUT_REQUIRED).return();
      const open = { state: 'input-required', parts: [], history: ['hello'] };
      expect(answerOf(await answer)).toEqual(open);
    });
  });

  describe('a task that needs authentication', () => {
    test('answers whoever waits, and goes on', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      execution.task().status(TASK_STATE_AUTH_REQUIRED);
      const open = { state: 'auth-required', parts: [], history: ['hello'] };
      expect(answerOf(await answer)).toEqual(open);
      execution.status(TASK_STATE_WORKING).chunks(2).complete();
      const done = { state: 'completed', parts: ['0', '1'], history: ['hello'] };
      await vi.waitFor(async () => {
        expect(await agent.stored(execution.taskId)).toEqual(done);
      });
    });

    test('goes on in the same stream', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().status(TASK_STATE_AUTH_REQUIRED);
      await listener.until(2);
      execution.chunks(1).complete();
      const seen = ['task working 0', 'auth-required', 'chunk 0', 'completed'];
      expect(await listener.ended).toEqual(seen);
    });

    test('goes on with the next message, in the first stream, too', async () => {
      await using agent = await ContractAgent.open(subject);
      const first = await agent.stream('hello');
      first.execution.task().status(TASK_STATE_AUTH_REQUIRED).return();
      await first.listener.until(2);
      const { taskId } = first.execution;

      const { answer, execution } = await agent.send('more', { taskId });
      execution.status(TASK_STATE_WORKING).chunks(1).complete();
      const seen = ['task working 0', 'auth-required', 'working', 'chunk 0', 'completed'];
      expect(await first.listener.ended).toEqual(seen);
      await answer;
      expect(await agent.stored(taskId)).toEqual({
        state: 'completed',
        parts: storesEventsOnce ? ['0'] : ['0', '0'],
        history: ['hello', 'more'],
      });
    });
  });
}
