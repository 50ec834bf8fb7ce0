import { TaskState } from '@a2a-js/sdk';
import { RequestContext } from '@a2a-js/sdk/server';
import { describe, expect, test, vi } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import { Execution } from './driven-executor.ts';
import type { QueueManagerSubject } from './subject.ts';

const DONE = { state: 'completed', parts: ['0', '1'], history: ['hello'] };

/** An executor may publish under a task id of its own: the SDK stores that, and answers with it. */
export function takesOwnTaskIds(subject: QueueManagerSubject): void {
  describe('a task under an id of its executor', () => {
    test('is streamed, and stored under that id alone', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      under('own', execution).task().chunks(2).complete();
      execution.return();
      expect(await listener.ended).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
      expect(await agent.stored('own')).toEqual(DONE);
      expect(await agent.stored(execution.taskId)).toBeUndefined();
    });

    test('is the answer', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      under('own', execution).task().chunks(2).complete();
      execution.return();
      const task = await answer;
      expect([answerOf(task), 'id' in task && task.id]).toEqual([DONE, 'own']);
    });

    test('is stored when nobody waits for it', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello', { returnImmediately: true });
      const own = under('own', execution).task();
      expect(answerOf(await answer)).toEqual({ state: 'working', parts: [], history: ['hello'] });
      own.chunks(2).complete();
      execution.return();
      await vi.waitFor(async () => {
        expect(await agent.stored('own')).toEqual(DONE);
      });
    });

    test('goes on with a message to that id', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      under('own', execution).task().chunks(1).status(TaskState.TASK_STATE_INPUT_REQUIRED);
      execution.return();
      expect(await listener.until(3)).toEqual(['task working 0', 'chunk 0', 'input-required']);
      const next = await agent.stream('more', { taskId: 'own' });
      expect(next.execution.taskId).toBe('own');
      next.execution.task().chunks(1, 'later ').complete();
      expect(await next.listener.ended).toEqual(['task working 1', 'chunk later 0', 'completed']);
      const answered = { state: 'completed', parts: ['0', 'later 0'], history: ['hello', 'more'] };
      expect(await agent.stored('own')).toEqual(answered);
    });

    test('stays as it is where its executor fails: the failure is of the task that was asked for', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      under('own', execution).task().chunks(1);
      execution.throw(new Error('broken'));
      const text = 'Agent execution error: broken';
      const failed = { state: 'failed', text, parts: [], history: ['hello', text] };
      expect(answerOf(await answer)).toEqual(failed);
      expect(await agent.stored(execution.taskId)).toEqual(failed);
      const left = { state: 'working', parts: ['0'], history: ['hello'] };
      expect(await agent.stored('own')).toEqual(left);
    });
  });
}

/** What an execution publishes under a task id of its own. */
function under(taskId: string, { request, bus }: Execution): Execution {
  const { request: sent, contextId, context, task } = request;
  return new Execution(new RequestContext(sent, taskId, contextId, context, task), bus);
}
