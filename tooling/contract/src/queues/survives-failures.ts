import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { answerOf, ContractAgent } from './agent.ts';
import type { Execution } from './driven-executor.ts';
import type { QueueManagerSubject } from './subject.ts';

const TEXT = 'Agent execution error: boom';

interface Case {
  /** What the execution publishes before it fails. */
  readonly before: (execution: Execution) => void;
  readonly seen: readonly string[];
  readonly parts: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'before its first event': {
    before: () => undefined,
    seen: ['task failed 0', 'failed'],
    parts: [],
  },
  'right after its first event': {
    before: (execution) => void execution.task(),
    seen: ['task working 0', 'failed'],
    parts: [],
  },
  'after some events': {
    before: (execution) => void execution.task().chunks(2),
    seen: ['task working 0', 'chunk 0', 'chunk 1', 'failed'],
    parts: ['0', '1'],
  },
};

/** What becomes of a task whose execution throws. */
export function survivesFailures(subject: QueueManagerSubject): void {
  describe.each(Object.entries(CASES))(
    'an execution fails %s',
    (_name, { before, seen, parts }) => {
      // The request handler prints every failure.
      beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
      afterEach(() => void vi.restoreAllMocks());
      const failed = { state: 'failed', text: TEXT, parts, history: ['hello', TEXT] };

      test('in the turn in which it began', async () => {
        await using agent = await ContractAgent.open(subject);
        agent.executor.onExecute = (execution) => {
          before(execution);
          throw new Error('boom');
        };
        const { listener, execution } = await agent.stream('hello');
        expect(await listener.ended).toEqual(seen);
        expect(await agent.stored(execution.taskId)).toEqual(failed);
      });

      test('later', async () => {
        await using agent = await ContractAgent.open(subject);
        const { listener, execution } = await agent.stream('hello');
        before(execution);
        if (seen.length > 2) await listener.until(seen.length - 1);
        execution.throw(new Error('boom'));
        expect(await listener.ended).toEqual(seen);
        expect(await agent.stored(execution.taskId)).toEqual(failed);
      });

      test('and whoever waits for it gets the failed task', async () => {
        await using agent = await ContractAgent.open(subject);
        const { answer, execution } = await agent.send('hello');
        before(execution);
        execution.throw(new Error('boom'));
        expect(answerOf(await answer)).toEqual(failed);
        expect(await agent.stored(execution.taskId)).toEqual(failed);
      });
    },
  );
}
