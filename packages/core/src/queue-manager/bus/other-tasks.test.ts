import { Message, Task, TaskArtifactUpdateEvent, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { beforeEach, describe, expect, it } from 'vitest';

import { type OtherBus, OtherTasks } from './other-tasks.ts';
import { toldBy } from '../events/told-by-event.ts';

const { TASK_STATE_WORKING, TASK_STATE_COMPLETED, TASK_STATE_INPUT_REQUIRED } = TaskState;

const calls: string[] = [];
const over = new Set<string>();

function statusOf(taskId: string, state?: TaskState): AgentExecutionEvent {
  const status =
    state === undefined ? undefined : { state, message: undefined, timestamp: undefined };
  return AgentEvent.statusUpdate({ taskId, contextId: 'c', status, metadata: undefined });
}

function taskOf(id: string): AgentExecutionEvent {
  return AgentEvent.task(Task.fromJSON({ id, status: { state: 'TASK_STATE_WORKING' } }));
}

function chunkOf(taskId: string): AgentExecutionEvent {
  return AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON({ taskId, artifact: {} }));
}

/** A bus that says what it is asked for. */
function busOf(taskId: string): OtherBus {
  calls.push(`begin ${taskId}`);
  return {
    get isOver() {
      return over.has(taskId);
    },
    beginAtOnce: () => undefined,
    publishFor: () => undefined,
    endRequests: () => void calls.push(`leave ${taskId}`),
    settle: () => {
      calls.push(`settle ${taskId}`);
      return taskId === 'settled';
    },
    finished: () => void calls.push(`finish ${taskId}`),
  };
}

describe('OtherTasks', () => {
  let others: OtherTasks;
  beforeEach(() => {
    calls.length = 0;
    over.clear();
    others = new OtherTasks('t');
    others.beginWith(busOf);
  });

  it('begins with what came last, and goes on with what has begun', () => {
    others.busFor(toldBy(taskOf('u')));
    others.beginWith((taskId) => busOf(`${taskId} again`));
    others.busFor(toldBy(taskOf('u')));
    others.busFor(toldBy(taskOf('v')));
    expect(calls).toEqual(['begin u', 'begin v again']);
  });

  it('begins nothing before anybody said how', () => {
    expect(new OtherTasks('t').busFor(toldBy(taskOf('u')))).toBeUndefined();
  });

  it('begins an execution with the first event by which another task goes on', () => {
    const buses = [
      taskOf('t'),
      chunkOf('u'),
      statusOf('u', TASK_STATE_COMPLETED),
      statusOf('u', TASK_STATE_INPUT_REQUIRED),
      AgentEvent.message(Message.fromJSON({ taskId: 'u' })),
    ].map((event) => others.busFor(toldBy(event)));
    expect([buses, calls]).toEqual([[undefined, undefined, undefined, undefined, undefined], []]);
    const bus = others.busFor(toldBy(taskOf('u')));
    expect(bus).toBeDefined();
    expect(
      [chunkOf('u'), statusOf('u', TASK_STATE_COMPLETED)].map((event) =>
        others.busFor(toldBy(event)),
      ),
    ).toEqual([bus, bus]);
    expect(calls).toEqual(['begin u']);
  });

  it('leaves to the bus of the execution what the other one takes no more', () => {
    others.busFor(toldBy(taskOf('u')));
    over.add('u');
    expect(others.busFor(toldBy(chunkOf('u')))).toBeUndefined();
    expect(calls).toEqual(['begin u']);
  });

  it('finishes them when the execution returns, but for those that wait, or that others execute', () => {
    for (const id of ['done', 'open', 'waiting', 'settled']) others.busFor(toldBy(taskOf(id)));
    others.busFor(toldBy(statusOf('done', TASK_STATE_COMPLETED)));
    others.busFor(toldBy(statusOf('waiting', TASK_STATE_INPUT_REQUIRED)));
    others.busFor(toldBy(statusOf('waiting')));
    others.endRequests();
    calls.length = 0;
    others.settle();
    others.settle();
    others.endRequests();
    expect(calls).toEqual([
      'settle done',
      'finish done',
      'settle open',
      'finish open',
      'settle waiting',
      'settle settled',
    ]);
  });
});

it('goes on with a task that was left waiting, whatever comes of it', () => {
  calls.length = 0;
  over.clear();
  const others = new OtherTasks('t');
  others.beginWith(busOf);
  others.busFor(toldBy(taskOf('waiting')));
  others.busFor(toldBy(statusOf('waiting', TASK_STATE_INPUT_REQUIRED)));
  others.busFor(toldBy(taskOf('open')));
  others.settle();
  calls.length = 0;
  others.busFor(toldBy(statusOf('waiting', TASK_STATE_COMPLETED)));
  others.busFor(toldBy(statusOf('open', TASK_STATE_COMPLETED)));
  others.settle();
  others.busFor(toldBy(statusOf('waiting', TASK_STATE_COMPLETED)));
  expect(calls).toEqual(['begin waiting', 'settle waiting', 'finish waiting']);
});

describe('toldBy', () => {
  it.each([
    [taskOf('t'), { taskId: 't', told: 'going on' }],
    [statusOf('t', TASK_STATE_WORKING), { taskId: 't', told: 'going on' }],
    [statusOf('t', TASK_STATE_COMPLETED), { taskId: 't', told: 'ended' }],
    [statusOf('t', TASK_STATE_INPUT_REQUIRED), { taskId: 't', told: 'waiting' }],
    [statusOf('t', TaskState.TASK_STATE_AUTH_REQUIRED), { taskId: 't', told: 'waiting' }],
    [statusOf('t'), { taskId: 't', told: 'unknown' }],
    [chunkOf('t'), { taskId: 't', told: 'unknown' }],
    [chunkOf(''), { taskId: '', told: 'nothing' }],
    [chunkOf('\uD800'), { taskId: '', told: 'nothing' }],
    [AgentEvent.message(Message.fromJSON({ taskId: 't' })), { taskId: '', told: 'nothing' }],
    [{ kind: 'task', data: null } as never, { taskId: '', told: 'nothing' }],
    [{ kind: 'other', data: {} } as never, { taskId: '', told: 'nothing' }],
  ])('says where a task stands: %#', (event: AgentExecutionEvent, expected) => {
    expect(toldBy(event)).toEqual(expected);
  });
});
