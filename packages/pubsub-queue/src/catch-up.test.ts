import { Task, TaskState, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';
import {
  AppliedEvents,
  type EventTrackingStore,
  type IdentifiedEvent,
  type Joining,
  type Lacking,
  QueueKeys,
} from '@a2a-redis/core/queue-manager';
import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { beforeEach, describe, expect, it } from 'vitest';

import { catchUp } from './catch-up.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');
const WORKING = TaskState.TASK_STATE_WORKING;
const COMPLETED = TaskState.TASK_STATE_COMPLETED;

let clock: number;
let loads: number;
/** The stored task, and which events it holds. */
let stored: { state: TaskState; applied: string };
/** Done ahead of each load. */
let beforeLoad: () => void;

/** Time passes only where it is waited for. */
const runtime: Runtime = {
  ...systemRuntime,
  now: () => clock,
  setTimer: (callback, delayMs) => {
    clock += delayMs;
    queueMicrotask(callback);
    return { ref: () => {}, unref: () => {}, cancel: () => {} };
  },
};

const store = {
  load: async () =>
    Task.fromJSON({ id: 't', contextId: 'c', status: { state: stored.state }, history: [] }),
  appliedEvents: async () => {
    loads += 1;
    beforeLoad();
    return applied(stored.applied);
  },
} as unknown as EventTrackingStore;

beforeEach(() => {
  clock = 0;
  loads = 0;
  stored = { state: WORKING, applied: 'p:1-2' };
  beforeLoad = () => {};
});

function applied(text: string): AppliedEvents {
  return AppliedEvents.parse(text) ?? AppliedEvents.NONE;
}

function event(counter: number, state: TaskState = WORKING): IdentifiedEvent {
  const update = TaskStatusUpdateEvent.fromJSON({ taskId: 't', contextId: 'c', status: {} });
  const status = { state, message: undefined, timestamp: undefined };
  return {
    eventId: { publisher: 'p', counter },
    event: AgentEvent.statusUpdate({ ...update, status }),
  };
}

/** What a subscriber gets whose snapshot holds two events of a publisher, of which there were some more. */
async function caughtUp(
  counter: number,
  isEnded: boolean,
  held: readonly IdentifiedEvent[] | (() => readonly IdentifiedEvent[] | undefined) = [],
  rest: Partial<Joining> = {},
): Promise<Lacking> {
  return catchUp({
    runtime,
    task,
    store,
    applied: applied('p:1-2'),
    standing: { isEnded, counters: new Map([['p', counter]]) },
    isStoredAsSent: false,
    held: typeof held === 'function' ? held : () => held,
    ...rest,
  });
}

/** What was got, for short. */
function summary({ task: fresh, applied: has }: Lacking): readonly (string | undefined)[] {
  return [fresh && TaskState[fresh.status?.state ?? WORKING], has.toString()];
}

describe('catchUp', () => {
  it('asks for nothing where nothing is missing', async () => {
    expect(summary(await caughtUp(2, false))).toEqual([undefined, 'p:1-2']);
    expect(summary(await caughtUp(4, false, [event(3), event(4)]))).toEqual([undefined, 'p:1-2']);
    expect(loads).toBe(0);
  });

  it('needs no fresh task of one that has ended, where its end came in', async () => {
    const got = await caughtUp(4, true, [event(3), event(4, COMPLETED)]);
    expect([...summary(got), loads]).toEqual([undefined, 'p:1-2', 0]);
  });

  it('has an end that came in wait for what is missing before it', async () => {
    beforeLoad = () => {
      if (loads === 3) stored.applied = 'p:1-3';
    };
    const got = await caughtUp(4, true, [event(4, COMPLETED)]);
    expect([...summary(got), loads]).toEqual(['TASK_STATE_WORKING', 'p:1-3', 3]);
  });

  it('takes the record of a task that has ended for the whole of it', async () => {
    // What is known of its events may be gone.
    stored = { state: COMPLETED, applied: 'p:1-5' };
    expect(summary(await caughtUp(0, true))).toEqual(['TASK_STATE_COMPLETED', 'p:1-5']);
    expect(loads).toBe(1);
  });

  it('does not take a task to be complete that has ended, and whose end is not to be seen', async () => {
    beforeLoad = () => {
      if (loads === 2) stored = { state: COMPLETED, applied: 'p:1-3' };
    };
    const got = await caughtUp(2, true, [event(3)]);
    expect([...summary(got), loads]).toEqual(['TASK_STATE_COMPLETED', 'p:1-3', 2]);
  });

  it('waits until the task holds what did not come in, and hands that on', async () => {
    beforeLoad = () => {
      if (loads === 4) stored.applied = 'p:1-4';
    };
    const got = await caughtUp(5, false, [event(5)]);
    expect([...summary(got), loads]).toEqual(['TASK_STATE_WORKING', 'p:1-4', 4]);
  });

  it('waits for as long as the task grows, and says that events were lost where it does not', async () => {
    beforeLoad = () => {
      if (loads < 200) stored.applied = `p:1-${loads + 2}`;
    };
    const got = await caughtUp(100, false);
    expect(summary(got)).toEqual(['TASK_STATE_WORKING', 'p:1-100']);
    expect(clock).toBeGreaterThan(5000);

    await expect(caughtUp(1000, false)).rejects.toMatchObject({ code: 'EVENTS_LOST' });
  });

  it('waits for less long once the task has ended, and tells what there is', async () => {
    expect(summary(await caughtUp(4, true))).toEqual([undefined, 'p:1-2']);
    expect(clock).toBeGreaterThan(1000);
    expect(clock).toBeLessThan(5000);
  });

  it('looks once where events are stored as they are sent, and waits for the end only', async () => {
    const isStoredAsSent = true;
    stored.applied = 'p:1-3';
    const got = await caughtUp(4, false, [], { isStoredAsSent });
    expect([...summary(got), loads]).toEqual(['TASK_STATE_WORKING', 'p:1-3', 1]);
    beforeLoad = () => {
      if (loads === 4) stored = { state: COMPLETED, applied: 'p:1-4' };
    };
    const ended = await caughtUp(4, true, [], { isStoredAsSent });
    expect([...summary(ended), loads]).toEqual(['TASK_STATE_COMPLETED', 'p:1-4', 4]);
  });

  it('stops once the subscriber has left', async () => {
    const got = await caughtUp(4, false, () => (loads < 2 ? [] : undefined));
    expect([...summary(got), loads]).toEqual([undefined, 'p:1-2', 2]);
  });
});
