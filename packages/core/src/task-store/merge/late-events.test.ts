import { type Message, type Part, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { earlierTask, message, part } from '../../../test/event-arbitraries.ts';
import { listen, SharedRecord } from '../../../test/shared-record.ts';
import { TaskEvents } from '../../event-ids/task-events.ts';
import { withEventId } from '../../event-ids/event-id.ts';

const IDS = { taskId: 't', contextId: 'c' };

interface ArtifactFields {
  readonly append?: boolean;
  readonly name?: string;
  readonly metadata?: Record<string, unknown>;
}

/** An event with chunks of artifact `a`, or of another. */
function chunk(texts: string, fields: ArtifactFields = {}, artifactId = 'a'): AgentExecutionEvent {
  const { append = true, name = '', metadata } = fields;
  const parts: Part[] = texts.split(' ').filter(Boolean).map(part);
  const rest = { description: '', metadata, extensions: [] };
  const artifact = { artifactId, name, parts, ...rest };
  return AgentEvent.artifactUpdate({
    ...IDS,
    artifact,
    append,
    lastChunk: false,
    metadata: undefined,
  });
}

function status(
  state: TaskState,
  update?: Message,
  metadata?: Record<string, unknown>,
): AgentExecutionEvent {
  const timestamp = '2026-01-01T00:00:00.000Z';
  return AgentEvent.statusUpdate({
    ...IDS,
    status: { state, message: update, timestamp },
    metadata,
  });
}

/** Saves events one after another, each with its counter, whichever order that makes. */
async function save(
  record: SharedRecord,
  ...list: readonly (readonly [counter: number, AgentExecutionEvent, publisher?: string])[]
): Promise<Task> {
  for (const [counter, event, publisher = 'p'] of list) {
    await listen(record, [withEventId(event, { publisher, counter })]);
  }
  if (record.task === undefined) throw new Error('There is no task.');
  return record.task;
}

const recordOf = (): SharedRecord => new SharedRecord(earlierTask, async () => {});

const textsOf = (task: Task, artifactId = 'a'): string =>
  (task.artifacts.find((artifact) => artifact.artifactId === artifactId)?.parts ?? [])
    .map(({ content }) => String(content?.value))
    .join(' ');

const storedEvents = (record: SharedRecord): unknown =>
  record.snapshot?.events?.changesFrom(TaskEvents.NONE);

const { TASK_STATE_WORKING, TASK_STATE_INPUT_REQUIRED, TASK_STATE_COMPLETED, TASK_STATE_FAILED } =
  TaskState;

// The result manager tells of statuses for a task that has ended.
beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

describe('an earlier event that is saved after later ones of its publisher', () => {
  it('puts its parts before theirs, among those of others', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')], [3, chunk('p3')]);
    await save(record, [1, chunk('q1'), 'q'], [5, chunk('p5')], [2, chunk('q2'), 'q']);
    expect(textsOf(await save(record, [4, chunk('p4a p4b')]))).toBe('p1 p3 q1 p4a p4b p5 q2');
    expect(textsOf(await save(record, [2, chunk('p2')]))).toBe('p1 p2 p3 q1 p4a p4b p5 q2');
    expect(storedEvents(record)).toEqual([
      ['p', '1-5'],
      ['q', '1-2'],
    ]);
  });

  it('keeps their parts behind its own where it replaces the artifact, and drops what was before', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')], [3, chunk('p3')], [1, chunk('q1'), 'q']);
    const task = await save(record, [2, chunk('p2', { append: false, name: 'second' })]);
    expect(textsOf(task)).toBe('p2 p3 q1');
    expect(task.artifacts.find(({ artifactId }) => artifactId === 'a')?.name).toBe('second');
  });

  it('leaves nothing behind where a later one replaced the artifact', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')], [3, chunk('p3', { append: false })]);
    expect(textsOf(await save(record, [2, chunk('p2', { name: 'second' })]))).toBe('p3');
  });

  it('is what made the artifact, where a later chunk was the first to come', async () => {
    const record = recordOf();
    await save(record, [3, chunk('p3')]);
    const task = await save(record, [1, chunk('p1', { append: false, name: 'first' })]);
    expect(textsOf(task)).toBe('p1 p3');
    expect(task.artifacts.map(({ artifactId, name }) => [artifactId, name])).toEqual([
      ['b', 'old'],
      ['a', 'first'],
    ]);
  });

  it('makes its artifact before those that they made', async () => {
    const record = recordOf();
    const task = await save(
      record,
      [1, chunk('p1', {}, 'x')],
      [4, chunk('p4', {}, 'z')],
      [2, chunk('p2', {}, 'y')],
      [3, chunk('p3', {}, 'z')],
    );
    expect(task.artifacts.map(({ artifactId }) => artifactId)).toEqual(['b', 'x', 'y', 'z']);
  });

  it('does not change names and metadata that they set', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1', { append: false, name: 'first', metadata: { k: 1 } })]);
    await save(record, [3, chunk('p3', { name: 'third', metadata: { k: 3 } })]);
    const task = await save(record, [2, chunk('p2', { name: 'second', metadata: { k: 2, l: 2 } })]);
    const artifact = task.artifacts.find(({ artifactId }) => artifactId === 'a');
    expect([artifact?.name, artifact?.metadata]).toEqual(['third', { k: 3, l: 2 }]);
  });

  it('does not change the status that they set; its message goes before theirs', async () => {
    const record = recordOf();
    const task = await save(
      record,
      [2, status(TASK_STATE_INPUT_REQUIRED, message('second'), { k1: 2 })],
      [1, status(TASK_STATE_WORKING, message('other'), { k1: 'q' }), 'q'],
      [3, status(TASK_STATE_INPUT_REQUIRED, message('third'))],
      [1, status(TASK_STATE_WORKING, message('first'), { k1: 1, k2: 1 })],
    );
    expect(task.status?.state).toBe(TASK_STATE_INPUT_REQUIRED);
    expect(task.status?.message?.messageId).toBe('third');
    expect(task.history.map(({ messageId }) => messageId)).toEqual([
      'old',
      'first',
      'second',
      'other',
      'third',
    ]);
    expect(task.metadata).toEqual({ k1: 'q', k2: 1 });
  });

  it('ends the task all the same', async () => {
    const record = recordOf();
    const task = await save(
      record,
      [2, status(TASK_STATE_WORKING)],
      [1, status(TASK_STATE_COMPLETED)],
      [3, status(TASK_STATE_WORKING)],
    );
    expect(task.status?.state).toBe(TASK_STATE_COMPLETED);
  });
});

describe('across publishers', () => {
  it('the status that is saved last stays, whatever its time, until the task has ended', async () => {
    const record = recordOf();
    const late = status(TASK_STATE_WORKING);
    const early = AgentEvent.statusUpdate({
      ...IDS,
      status: {
        state: TASK_STATE_INPUT_REQUIRED,
        message: undefined,
        timestamp: '1970-01-01T00:00:00.000Z',
      },
      metadata: undefined,
    });
    const turned = await save(record, [1, late], [1, early, 'q']);
    expect(turned.status?.state).toBe(TASK_STATE_INPUT_REQUIRED);
    const ended = await save(record, [2, status(TASK_STATE_FAILED), 'q'], [2, late]);
    expect(ended.status?.state).toBe(TASK_STATE_FAILED);
  });
});

describe('an event that is stored already', () => {
  it('adds the message of the request that brings it, and nothing else', async () => {
    const record = recordOf();
    const task = { ...earlierTask, history: [message('from the agent')] };
    const event = withEventId(AgentEvent.task(task), { publisher: 'p', counter: 1 });
    await listen(record, [event], message('request 1'));
    await listen(record, [event], message('request 2'));
    const { version } = record;
    await listen(record, [event], message('request 1'));
    await listen(record, [event]);
    expect(record.version).toBe(version);
    expect(record.task).toEqual({
      ...earlierTask,
      history: ['request 1', 'from the agent', 'request 2'].map(message),
    });
  });
});

describe('what is kept of the order', () => {
  it('does not grow with the events behind one that never comes', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')]);
    for (let counter = 3; counter < 103; counter += 1) await save(record, [counter, chunk('more')]);
    expect(storedEvents(record)).toEqual([['p', '1,3-102 [[3,-1,[],[["a",1,0,[]]]]]']]);
  });

  it('follows changes that are no events', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')], [3, chunk('p3')]);
    const { load, save: store } = record.store();
    const task = await load('t', undefined as never);
    task?.artifacts.find(({ artifactId }) => artifactId === 'a')?.parts.unshift(part('ahead'));
    if (task) await store(task, undefined as never);
    expect(textsOf(await save(record, [2, chunk('p2')]))).toBe('ahead p1 p2 p3');
  });

  it('is given up with what it points at', async () => {
    const record = recordOf();
    await save(record, [1, chunk('p1')], [3, chunk('p3')]);
    const { load, save: store } = record.store();
    const task = await load('t', undefined as never);
    if (task) await store({ ...task, artifacts: [] }, undefined as never);
    expect(textsOf(await save(record, [2, chunk('p2')]))).toBe('p2');
  });
});

describe('events without ids', () => {
  it('mean what they mean to the SDK: each listener stores them', async () => {
    const record = recordOf();
    const list = [chunk('one'), chunk('two')];
    await listen(record, list);
    await listen(record, list);
    expect(textsOf(record.task ?? earlierTask)).toBe('one two one two');
    expect(record.snapshot?.events).toBeUndefined();
  });
});
