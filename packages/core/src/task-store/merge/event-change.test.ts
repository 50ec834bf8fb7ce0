import type { TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { earlierTask, events, message } from '../../../test/event-arbitraries.ts';
import { listen, SharedRecord } from '../../../test/shared-record.ts';
import { changeBy } from './event-change.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';

const userMessage = message('user');

/** What the SDK's result manager makes of a task. */
async function bySdk(
  task: TaskSnapshot | undefined,
  list: readonly AgentExecutionEvent[],
  said: typeof userMessage | undefined,
): Promise<unknown> {
  const record = new SharedRecord(task && taskOf(task), async () => {});
  await listen(record, list, said);
  return record.task;
}

function changed(
  task: TaskSnapshot | undefined,
  list: readonly AgentExecutionEvent[],
  said: typeof userMessage | undefined,
): TaskSnapshot | undefined {
  let snapshot = task;
  for (const event of list)
    snapshot = changeBy(snapshot, event, said === undefined ? [] : [said])?.task ?? snapshot;
  return snapshot;
}

describe('changeBy', () => {
  // The result manager tells of events that it ignores.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it("makes of a task what the SDK's result manager makes of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        events('p'),
        fc.nat(3),
        fc.option(fc.constant(snapshotOf(earlierTask)), { nil: undefined }),
        fc.option(fc.constant(userMessage), { nil: undefined }),
        async (all, dropped, task, said) => {
          // Some begin with a change of a task that need not be there, or go on after the end.
          const list = [...all.slice(dropped), ...all.slice(0, dropped)];
          const mine = changed(task, list, said);
          expect(mine && taskOf(mine)).toEqual(await bySdk(task, list, said));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('changes nothing by a message', () => {
    expect(changeBy(snapshotOf(earlierTask), AgentEvent.message(message('m')), [])).toBe(undefined);
  });

  it('tells which artifact an event changed, and how', () => {
    const artifact = { ...earlierTask.artifacts[0], artifactId: 'b', parts: [] };
    const event = (artifactId: string, append: boolean): AgentExecutionEvent =>
      AgentEvent.artifactUpdate({
        taskId: 't',
        contextId: 'c',
        artifact: {
          name: '',
          description: '',
          extensions: [],
          metadata: undefined,
          ...artifact,
          artifactId,
        },
        append,
        lastChunk: false,
        metadata: undefined,
      });
    const kindOf = (each: AgentExecutionEvent): unknown =>
      changeBy(snapshotOf(earlierTask), each, [])?.kind;
    expect(kindOf(event('b', true))).toEqual({
      kind: 'artifact',
      index: 0,
      isWhole: false,
      appends: true,
    });
    expect(kindOf(event('b', false))).toEqual({
      kind: 'artifact',
      index: 0,
      isWhole: true,
      appends: false,
    });
    expect(kindOf(event('new', true))).toEqual({
      kind: 'artifact',
      index: 1,
      isWhole: true,
      appends: true,
    });
  });

  it('refuses what cannot be stored', () => {
    const status = { state: 99 as TaskState, message: undefined, timestamp: undefined };
    const event = AgentEvent.statusUpdate({ taskId: 't', contextId: 'c', status, metadata: {} });
    expect(() => changeBy(snapshotOf(earlierTask), event, [])).toThrow(
      'status.state must be a member of its enumeration.',
    );
  });
});
