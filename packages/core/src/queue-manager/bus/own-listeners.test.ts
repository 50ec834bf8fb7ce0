import { Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, DefaultExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { statusOf } from '../events/end-status.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { Listeners } from './listeners.ts';
import { OwnListeners } from './own-listeners.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');
const ERROR = new A2ARedisError('RUN_ENDED', 'ended');

/** Listeners, and what they hear. */
class Heard {
  readonly listeners: OwnListeners;
  readonly calls: string[] = [];
  /** The state of the stored task. */
  stored: TaskState | undefined = TaskState.TASK_STATE_WORKING;
  /** Done before the store answers. */
  beforeLoad: () => void = () => {};
  /** Called when the listeners have all that was published here. */
  #afterDelivery: (() => void)[] | undefined;

  constructor() {
    const store = {
      load: async () => {
        this.beforeLoad();
        if (this.stored === undefined) return undefined;
        return Task.fromJSON({ id: 't', contextId: 'c', status: { state: this.stored } });
      },
      appliedEvents: async () => AppliedEvents.parse('p:1-2'),
    };
    const onError = (error: unknown): void => void this.calls.push(`error ${String(error)}`);
    const stores = { store, trackingStore: store, eventStore: store };
    const services = { ...stores, onError } as unknown as BusServices;
    const listeners = new Listeners(new DefaultExecutionEventBus(), onError);
    listeners.add({
      name: 'event',
      listener: (event) => void this.calls.push(textOf(event)),
      once: false,
    });
    listeners.add({
      name: 'finished',
      listener: () => void this.calls.push('finished'),
      once: false,
    });
    const onFinished = (): void => void this.calls.push('told');
    this.listeners = new OwnListeners(TASK, services, listeners, onFinished);
  }

  /** Hands on what was published here. */
  afterDelivery(call: () => void): void {
    if (this.#afterDelivery === undefined) call();
    else this.#afterDelivery.push(call);
  }

  /** What was published here waits. */
  defer(): void {
    this.#afterDelivery = [];
  }

  delivered(): void {
    const calls = this.#afterDelivery ?? [];
    this.#afterDelivery = undefined;
    for (const call of calls) call();
  }
}

/** An event for short: its state, or what it throws where it is read. */
function textOf(event: AgentExecutionEvent): string {
  try {
    const { state = TaskState.TASK_STATE_UNSPECIFIED } = statusOf(event) ?? {};
    return TaskState[state].replace('TASK_STATE_', '');
  } catch (error) {
    return `throws ${String(error)}`;
  }
}

function status(state: TaskState): IdentifiedEvent {
  const at = { state, message: undefined, timestamp: undefined };
  const ids = { taskId: 't', contextId: 'c' };
  const event = AgentEvent.statusUpdate({ ...ids, status: at, metadata: undefined });
  return { eventId: { publisher: 'p', counter: 1 }, event };
}

describe('OwnListeners', () => {
  it('are finished with the execution, once they have all that was published', () => {
    const heard = new Heard();
    heard.defer();
    heard.listeners.executed(heard);
    expect(heard.calls).toEqual([]);
    heard.delivered();
    expect(heard.calls).toEqual(['finished', 'told']);
  });

  it('wait for the end that others give the task, and are told it by the store', async () => {
    const heard = new Heard();
    const { listeners, calls } = heard;
    listeners.endedElsewhere();
    listeners.executed(heard);
    expect([calls, listeners.waitForEnd]).toEqual([[], true]);
    heard.stored = TaskState.TASK_STATE_CANCELED;
    await listeners.end(heard);
    await listeners.end(heard);
    expect([calls, listeners.areFinished]).toEqual([['CANCELED', 'finished', 'told'], true]);
  });

  it('are told that others have ended the task where no end of it is stored', async () => {
    for (const stored of [undefined, TaskState.TASK_STATE_WORKING]) {
      const heard = new Heard();
      heard.listeners.endedElsewhere();
      heard.stored = stored;
      await heard.listeners.end(heard);
      expect(heard.calls).toEqual([
        expect.stringMatching(/^throws .* ended task "t"/),
        'finished',
        'told',
      ]);
    }
    // An execution that ends without a state is over, and no more.
    const heard = new Heard();
    await heard.listeners.end(heard);
    await vi.waitUntil(() => heard.listeners.areFinished);
    expect(heard.calls).toEqual(['finished', 'told']);
  });

  it('are not told an end again that they know', async () => {
    const heard = new Heard();
    heard.listeners.deliver(status(TaskState.TASK_STATE_FAILED));
    heard.stored = TaskState.TASK_STATE_FAILED;
    await heard.listeners.end(heard);
    expect(heard.calls).toEqual(['FAILED', 'finished', 'told']);
  });
});

describe('OwnListeners, where nothing of their task goes on', () => {
  it('fail: no end comes for which they wait', async () => {
    const { listeners, calls } = new Heard();
    listeners.endedElsewhere();
    await listeners.endWithout(ERROR);
    expect([calls, listeners.areFinished]).toEqual([
      ['throws A2ARedisError: ended', 'finished', 'told'],
      true,
    ]);
    await listeners.endWithout(ERROR);
    expect(calls).toHaveLength(3);
  });

  it('are left alone where nobody else has ended what they listen to', async () => {
    const { listeners, calls } = new Heard();
    await listeners.endWithout(ERROR);
    expect([calls, listeners.areFinished]).toEqual([[], false]);
  });

  it('wait for an end that the task has: it is still to be heard', async () => {
    const heard = new Heard();
    heard.stored = TaskState.TASK_STATE_FAILED;
    heard.listeners.endedElsewhere();
    await heard.listeners.endWithout(ERROR);
    expect([heard.calls, heard.listeners.waitForEnd]).toEqual([[], true]);
    await heard.listeners.end(heard);
    expect(heard.calls).toEqual(['FAILED', 'finished', 'told']);
  });

  it('hear an end that comes while the store is asked, and no failure', async () => {
    const heard = new Heard();
    heard.listeners.endedElsewhere();
    heard.beforeLoad = () => {
      heard.beforeLoad = () => {};
      heard.listeners.deliver(status(TaskState.TASK_STATE_CANCELED));
      void heard.listeners.end(heard);
    };
    await heard.listeners.endWithout(ERROR);
    expect(heard.calls).toEqual(['CANCELED', 'finished', 'told']);
  });

  it('do not fail where the store did not have the end yet, which comes before it has answered', async () => {
    const heard = new Heard();
    heard.listeners.endedElsewhere();
    heard.beforeLoad = () => {
      heard.beforeLoad = () => {};
      queueMicrotask(() => {
        heard.stored = TaskState.TASK_STATE_FAILED;
        void heard.listeners.end(heard);
      });
    };
    await heard.listeners.endWithout(ERROR);
    await heard.listeners.end(heard);
    expect(heard.calls).toEqual(['FAILED', 'finished', 'told']);
  });

  it('are only finished where they know the end', async () => {
    const { listeners, calls } = new Heard();
    listeners.deliver(status(TaskState.TASK_STATE_COMPLETED));
    listeners.endedElsewhere();
    await listeners.endWithout(ERROR);
    expect(calls).toEqual(['COMPLETED', 'finished', 'told']);
  });

  it('wait on where the store cannot tell, which is reported', async () => {
    const heard = new Heard();
    heard.listeners.endedElsewhere();
    heard.beforeLoad = () => {
      throw new A2ARedisError('UNAVAILABLE', 'away');
    };
    await heard.listeners.endWithout(ERROR);
    expect(heard.calls).toEqual(['error A2ARedisError: away']);
    expect(heard.listeners.waitForEnd).toBe(true);
    heard.beforeLoad = () => {};
    await heard.listeners.endWithout(ERROR);
    expect(heard.calls.slice(1)).toEqual(['throws A2ARedisError: ended', 'finished', 'told']);
  });
});
