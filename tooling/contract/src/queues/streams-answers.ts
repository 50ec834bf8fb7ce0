import { describe, expect, test, vi } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import type { QueueManagerSubject } from './subject.ts';

const DONE = { state: 'completed', parts: ['0', '1', '2'], history: ['hello'] };

/** Answers to a new task: as a stream, when it is done, and at once. */
export function streamsAnswers(subject: QueueManagerSubject): void {
  describe('an answer', () => {
    test('is a stream of every event, in order', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(3).complete();
      const seen = ['task working 0', 'chunk 0', 'chunk 1', 'chunk 2', 'completed'];
      expect(await listener.ended).toEqual(seen);
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
      expect(agent.errors).toEqual([]);
    });

    test('comes event by event', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task();
      expect(await listener.until(1)).toEqual(['task working 0']);
      execution.chunks(1);
      expect(await listener.until(2)).toEqual(['task working 0', 'chunk 0']);
      execution.chunks(2).complete();
      await listener.ended;
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
    });

    test('is the finished task', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      execution.task().chunks(3).complete();
      expect(answerOf(await answer)).toEqual(DONE);
      expect(await agent.stored(execution.taskId)).toEqual(DONE);
    });

    test('is the task at once, which goes on unheard', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello', { returnImmediately: true });
      execution.task();
      expect(answerOf(await answer)).toEqual({ state: 'working', parts: [], history: ['hello'] });
      execution.chunks(3).complete();
      await vi.waitFor(async () => {
        expect(await agent.stored(execution.taskId)).toEqual(DONE);
      });
    });

    test('goes on when nobody listens any more', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello', { returnImmediately: true });
      execution.task();
      await answer;
      const listener = agent.resubscribe(execution.taskId);
      await listener.until(1);
      execution.chunks(1);
      await listener.until(2);
      listener.leave();
      execution.chunks(2).complete();
      await vi.waitFor(async () => {
        expect(await agent.stored(execution.taskId)).toEqual(DONE);
      });
    });

    test('ends when the execution returns without a terminal state', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.task().chunks(1).return();
      expect(await listener.ended).toEqual(['task working 0', 'chunk 0']);
      const left = { state: 'working', parts: ['0'], history: ['hello'] };
      expect(await agent.stored(execution.taskId)).toEqual(left);
    });
  });

  describe('a message', () => {
    test('is the whole stream', async () => {
      await using agent = await ContractAgent.open(subject);
      const { listener, execution } = await agent.stream('hello');
      execution.message('hi').return();
      expect(await listener.ended).toEqual(['message hi']);
      expect(await agent.stored(execution.taskId)).toBeUndefined();
    });

    test('is the answer', async () => {
      await using agent = await ContractAgent.open(subject);
      const { answer, execution } = await agent.send('hello');
      execution.message('hi').return();
      expect(answerOf(await answer)).toBe('hi');
      expect(await agent.stored(execution.taskId)).toBeUndefined();
    });
  });
}
