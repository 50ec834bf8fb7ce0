import { type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { additions, earlierTask, events, message, part } from '../../../test/event-arbitraries.ts';
import { listen, SharedRecord } from '../../../test/shared-record.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import { withEvents } from './with-events.ts';

const NOTHING_KNOWN = { userMessages: [], known: [], knownMessages: new Set<string>() };

const published = (
  list: readonly AgentExecutionEvent[],
  publisher: string,
  first = 1,
): IdentifiedEvent[] =>
  list.map((event, index) => ({ event, eventId: { publisher, counter: first + index } }));

/** The ids of all messages of a task and of events. */
const messageIds = (
  task: Task | undefined,
  list: readonly AgentExecutionEvent[],
): ReadonlySet<string> => {
  const tasks = [task, ...list.map((event) => (event.kind === 'task' ? event.data : undefined))];
  const said = list.map((event) =>
    event.kind === 'statusUpdate' ? event.data.status?.message : undefined,
  );
  const all = [
    ...tasks.flatMap((each) => [...(each?.history ?? []), each?.status?.message]),
    ...said,
  ];
  return new Set(all.flatMap((each) => each?.messageId ?? []));
};

const partsOf = (task: TaskSnapshot | undefined): unknown =>
  task?.artifacts.map(({ header, parts }) => [
    header.artifactId,
    ...parts.toArray().map(({ content }) => content?.value),
  ]);

describe('withEvents', () => {
  // The result manager tells of events that it ignores.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it('makes the task that a request makes which stores the events one by one', async () => {
    await fc.assert(
      fc.asyncProperty(
        events('p'),
        fc.option(fc.constant(earlierTask), { nil: undefined }),
        async (list, initial) => {
          const record = new SharedRecord(initial, async () => {});
          await listen(record, list);
          const steps = withEvents(initial && snapshotOf(initial), published(list, 'p'), {
            ...NOTHING_KNOWN,
            knownMessages: messageIds(initial, list),
          });
          const task = steps.at(-1)?.task;
          expect(task && taskOf(task)).toEqual(record.task);
          expect(steps.map(({ counter }) => counter)).toEqual(list.map((_, index) => index + 1));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('changes nothing when the events are in the task: it is the very one', () => {
    fc.assert(
      fc.property(events('p'), fc.nat(12), (list, count) => {
        const all = published(list, 'p');
        const stored = withEvents(snapshotOf(earlierTask), all, NOTHING_KNOWN).at(-1)?.task;
        const again = withEvents(stored, all.slice(0, count), NOTHING_KNOWN);
        for (const { task } of again) expect(task).toBe(stored);
      }),
    );
  });

  it('adds to whatever others have stored meanwhile', () => {
    fc.assert(
      fc.property(additions('p'), additions('q'), (mine, theirs) => {
        const stored = snapshotOf(earlierTask);
        const ofQ = withEvents(stored, published(theirs, 'q'), NOTHING_KNOWN).at(-1)?.task;
        const both = withEvents(ofQ, published(mine, 'p'), NOTHING_KNOWN).at(-1)?.task;
        const count = (task: TaskSnapshot | undefined): number =>
          (task?.artifacts ?? []).reduce((sum, { parts }) => sum + parts.length, 0);
        const added = (list: readonly AgentExecutionEvent[]): number =>
          count(withEvents(stored, published(list, 'x'), NOTHING_KNOWN).at(-1)?.task) -
          count(stored);
        expect(count(both)).toBe(count(stored) + added(mine) + added(theirs));
      }),
    );
  });

  it('keeps the parts that others have added to what the executor was given', () => {
    const known = earlierTask;
    const chunk = AgentEvent.artifactUpdate({
      taskId: 't',
      contextId: 'c',
      artifact: {
        ...earlierTask.artifacts[0],
        artifactId: 'b',
        name: '',
        parts: [part('new')],
        description: '',
        extensions: [],
        metadata: undefined,
      },
      append: true,
      lastChunk: false,
      metadata: undefined,
    });
    const stored = withEvents(snapshotOf(known), published([chunk], 'q'), NOTHING_KNOWN).at(
      -1,
    )?.task;
    const again = AgentEvent.task({ ...known, history: [] });
    const publishing = { ...NOTHING_KNOWN, known: [snapshotOf(known)] };
    const task = withEvents(stored, published([again], 'p'), publishing).at(-1)?.task;
    expect(partsOf(stored)).toEqual([['b', 'old', 'new']]);
    expect(partsOf(task)).toEqual([['b', 'old', 'new']]);
  });

  it('keeps what the run has added between two executions of it that tell the task', () => {
    const [artifact] = earlierTask.artifacts;
    const longer = {
      ...earlierTask,
      artifacts: artifact ? [{ ...artifact, parts: [...artifact.parts, part('new')] }] : [],
    };
    const publishing = {
      ...NOTHING_KNOWN,
      known: [earlierTask, longer].map((each) => snapshotOf(each)),
    };
    const told = (task: typeof earlierTask): unknown =>
      partsOf(
        withEvents(snapshotOf(longer), published([AgentEvent.task(task)], 'p'), publishing).at(-1)
          ?.task,
      );
    expect(told(earlierTask)).toEqual([['b', 'old', 'new']]);
    expect(told(longer)).toEqual([['b', 'old', 'new']]);
  });

  it('keeps what others have added where only a later execution was given a task', () => {
    const { history } = earlierTask;
    const stored = { ...earlierTask, history: [...history, message('theirs')] };
    const failed = AgentEvent.task({ ...earlierTask, history: [message('mine')] });
    const publishing = {
      ...NOTHING_KNOWN,
      known: [undefined, snapshotOf(stored)],
      knownMessages: new Set(['old', 'mine']),
    };
    const task = withEvents(snapshotOf(stored), published([failed], 'p'), publishing).at(-1)?.task;
    const ids = task?.history.toArray().map(({ messageId }) => messageId);
    expect(ids?.toSorted()).toEqual(['mine', 'theirs']);
  });

  it('keeps the messages that others have added to a task that the run made', () => {
    const { history } = earlierTask;
    const stored = snapshotOf({ ...earlierTask, history: [...history, message('theirs')] });
    const failed = AgentEvent.task({ ...earlierTask, history: [message('mine')] });
    const publishing = { ...NOTHING_KNOWN, knownMessages: new Set(['old', 'mine']) };
    const task = withEvents(stored, published([failed], 'p'), publishing).at(-1)?.task;
    const ids = task?.history.toArray().map(({ messageId }) => messageId);
    // What the executor knows of, and leaves out, is gone, as with the SDK's own store.
    expect(ids?.toSorted()).toEqual(['mine', 'theirs']);
  });

  it("brings the request's message with the task", () => {
    const said = message('said');
    const steps = withEvents(undefined, published([AgentEvent.task(earlierTask)], 'p'), {
      ...NOTHING_KNOWN,
      userMessages: [said],
    });
    const ids = steps[0]?.task?.history.toArray().map(({ messageId }) => messageId);
    expect(ids).toEqual(['said', 'old']);
  });

  it('makes no task of a change of one that is not there, and no change of an end', () => {
    const status = (state: TaskState): AgentExecutionEvent =>
      AgentEvent.statusUpdate({
        taskId: 't',
        contextId: 'c',
        status: { state, message: undefined, timestamp: undefined },
        metadata: undefined,
      });
    const working = published([status(TaskState.TASK_STATE_WORKING)], 'p', 2);
    expect(withEvents(undefined, working, NOTHING_KNOWN)).toEqual([
      { counter: 2, task: undefined },
    ]);
    const done = published([status(TaskState.TASK_STATE_COMPLETED)], 'p');
    const ended = withEvents(snapshotOf(earlierTask), done, NOTHING_KNOWN).at(-1)?.task;
    expect(withEvents(ended, working, NOTHING_KNOWN)[0]?.task).toBe(ended);
  });
});
