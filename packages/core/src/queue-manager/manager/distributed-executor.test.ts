import { SendMessageRequest, Task, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  RequestContext,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ExecutionParts } from '../../../test/execution-parts.ts';
import type { Scope } from '../../shared/scope.ts';
import { TaskBus } from '../bus/task-bus.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { TaskFeed } from '../events/event-transport.ts';
import { Reconciler } from '../failover/reconciler.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import type { Beginning } from '../state/task-state.ts';
import { DistributedExecutor } from './distributed-executor.ts';

const KEYS = new QueueKeys('p:');
const TASK = KEYS.task({ tenant: '', owner: 'o' }, 't');
const MESSAGE = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'go on' }] };

/** What was done, in its order. */
let calls: string[];
/** What becomes of each try to enter a run; the last stays. */
let beginnings: Beginning[];
/** Done before a run is entered. */
let beforeBegin: () => Promise<void>;
/** Whether the lease holds, as it was confirmed for the first, second, … time; the last stays. */
let lives: boolean[];
/** The state of the stored task. */
let stored: TaskState;

beforeEach(() => {
  calls = [];
  beginnings = ['begun'];
  beforeBegin = async () => {};
  lives = [true];
  stored = TaskState.TASK_STATE_WORKING;
});

function taskIn(state: TaskState): Task {
  return Task.fromJSON({ id: 't', contextId: 'c', status: { state } });
}

function next<T>(values: T[]): T | undefined {
  return values.length > 1 ? values.shift() : values[0];
}

/** Executes a request, of a task that is known or a new one. */
async function execute(task?: Task): Promise<void> {
  const services = servicesOf();
  const bus = new TaskBus(TASK, services, () => {});
  const executor: AgentExecutor = {
    execute: async () => void calls.push('execute'),
    cancelTask: async () => void calls.push('cancel'),
  };
  const reconciler = new Reconciler(services);
  const request = SendMessageRequest.fromJSON({ message: MESSAGE });
  const sdk = { require: () => undefined };
  const busOf = (): TaskBus => new TaskBus(TASK, services, () => {});
  await new DistributedExecutor(executor, { services, reconciler, sdk, busOf }).execute(
    new RequestContext(request, 't', 'c', new ServerCallContext({}), task),
    bus,
  );
}

function servicesOf(): BusServices {
  const services = new ExecutionParts().services();
  const feed: TaskFeed = {
    ready: Promise.resolve(),
    heardAt: 0,
    check: async () => {},
    resume: async () => {},
    close: () => {},
  };
  const lease = {
    replica: 'r',
    isWatched: true,
    isCertain: true,
    takesRuns: true,
    start: async () => {},
    renew: async () => {},
    confirm: async () => {
      lease.isWatched = next(lives) ?? true;
    },
  };
  const parts = {
    ...services,
    lease,
    transport: { ...services.transport, follow: () => feed },
    states: {
      renewAfterMs: 60_000,
      forget: async () => true,
      note: async (_task: unknown, run: string) => calls.push(`note ${run}`) > 0,
      begin: async (_task: unknown, run: string) => {
        await beforeBegin();
        calls.push(`begin ${run}`);
        return next(beginnings);
      },
      state: async () => ({
        phase: 'running',
        runs: [],
        cancels: new Map(),
        fenced: new Set(),
        counters: new Map(),
      }),
    },
    store: { load: async () => taskIn(stored) },
  };
  return parts as unknown as BusServices;
}

describe('DistributedExecutor', () => {
  it('executes only what others know of', async () => {
    let isEntered = (): void => {};
    const entered = new Promise<void>((resolve) => {
      isEntered = resolve;
    });
    beforeBegin = async () => entered;
    const executing = execute();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(calls).toEqual(['note r-1']);
    isEntered();
    await executing;
    expect(calls).toEqual(['note r-1', 'begin r-1', 'execute']);
  });

  it('executes as another run what was fenced before it began', async () => {
    beginnings = ['void', 'begun'];
    await execute();
    expect(calls).toEqual(['note r-1', 'begin r-1', 'note r-2', 'begin r-2', 'execute']);
  });

  it('executes nothing where others have ended the run, and says that nothing is expected', async () => {
    beginnings = ['over'];
    await execute();
    expect(calls).toEqual(['note r-1', 'begin r-1', 'cancel']);
  });

  it('executes nothing while others may take its replica to be gone', async () => {
    // Before the note, after it, and when all replies are there.
    lives = [true, true, false, true, true];
    await execute();
    expect([calls, lives]).toEqual([['note r-1', 'begin r-1', 'execute'], [true]]);
  });

  it('executes nothing of a task that has come to its end meanwhile', async () => {
    stored = TaskState.TASK_STATE_CANCELED;
    await execute(taskIn(TaskState.TASK_STATE_INPUT_REQUIRED));
    expect(calls).toEqual(['note r-1', 'begin r-1', 'cancel']);
  });

  it('goes on with a task that waits for its user', async () => {
    stored = TaskState.TASK_STATE_INPUT_REQUIRED;
    await execute(taskIn(TaskState.TASK_STATE_INPUT_REQUIRED));
    expect(calls).toEqual(['note r-1', 'begin r-1', 'execute']);
  });

  it('executes another task for the request whose execution publishes it', async () => {
    const services = servicesOf();
    const bus = new TaskBus(TASK, services, () => {});
    const began = vi.spyOn(TaskBus.prototype, 'beginAtOnce');
    const busOf = (scope: Scope, taskId: string): TaskBus =>
      new TaskBus(KEYS.task(scope, taskId), services, () => {});
    const running: (() => void)[] = [];
    const executor = new DistributedExecutor(
      {
        execute: async ({ userMessage }, eventBus) => {
          eventBus.publish(AgentEvent.task({ ...taskIn(stored), id: userMessage.messageId }));
          await new Promise<void>((resolve) => {
            running.push(resolve);
          });
        },
        cancelTask: async () => {},
      },
      { services, reconciler: new Reconciler(services), sdk: { require: () => undefined }, busOf },
    );
    const executions = ['first', 'second'].map(async (messageId) => {
      const message = { ...MESSAGE, messageId };
      const request = SendMessageRequest.fromJSON({ message });
      const context = new ServerCallContext({ requestedExtensions: [messageId] });
      await executor.execute(new RequestContext(request, 't', 'c', context), bus);
    });
    await vi.waitUntil(() => running.length === 2);
    const asked = began.mock.calls.map(([{ userMessage, context }]) => [
      userMessage?.messageId,
      context.requestedExtensions,
    ]);
    expect(asked).toEqual([
      ['first', ['first']],
      ['second', ['second']],
    ]);
    for (const end of running) end();
    await Promise.all(executions);
  });
});
