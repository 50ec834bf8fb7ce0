import { Task, TaskArtifactUpdateEvent, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { eventIdOf, withEventId } from '../../event-ids/event-id.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { encodeEvent } from '../events/event-codec.ts';
import type { BusServices } from './bus-services.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { StoredEvents } from './stored-events.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/** A store that reads event ids, and what webhooks are told. */
class Parts {
  stored = Task.fromJSON({ id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } });
  applied = AppliedEvents.NONE;
  /** What was saved, by its parts and its state. */
  readonly saved: string[] = [];
  /** What webhooks were told, by counter. */
  readonly told: number[] = [];
  readonly errors: string[] = [];
  isAway = false;
  maxPendingEvents = 100;
  /** What is thrown where an artifact is saved. */
  onSave: (artifactId: string) => Promise<void> = async () => {};
  /** An artifact that no record can hold. */
  refused = '';

  services(takesEvents = false): BusServices {
    const store = {
      load: async () => structuredClone(this.stored),
      save: async (task: Task) => {
        if (this.isAway) throw new Error('away');
        for (const { artifactId } of task.artifacts) await this.onSave(artifactId);
        if (task.artifacts.some(({ artifactId }) => artifactId === this.refused)) {
          throw new A2ARedisError('INVALID_ARGUMENT', 'refused');
        }
        this.stored = structuredClone(task);
        const parts = task.artifacts.flatMap(({ artifactId }) => artifactId);
        const state = TaskState[task.status?.state ?? 0]?.replace('TASK_STATE_', '') ?? '';
        this.saved.push([...parts, state].join(' '));
      },
      appliedEvents: async () => this.applied,
    };
    const parts = {
      // With timers of its own: those of the system may be real or those of a test.
      runtime: { ...systemRuntime },
      trackingStore: store,
      eventStore: takesEvents ? store : undefined,
      webhooks: {
        tell: ({ eventId }: { eventId: { counter: number } }) => {
          this.told.push(eventId.counter);
        },
      },
      limits: { maxPendingEvents: this.maxPendingEvents, publishDeadlineMs: 5000 },
      onError: (error: unknown) => this.errors.push(String(error)),
    };
    return parts as unknown as BusServices;
  }
}

let parts: Parts;
let events: StoredEvents;

beforeEach(() => {
  parts = new Parts();
  events = new StoredEvents(TASK, parts.services());
});
afterEach(() => {
  vi.useRealTimers();
});

function accept(counter: number, event: AgentExecutionEvent): void {
  const eventId = { publisher: 'r-1', counter };
  events.accept({ eventId, event: withEventId(event, eventId) }, encodeEvent(event));
}

function artifact(artifactId: string, taskId = 't'): AgentExecutionEvent {
  const update = { taskId, contextId: 'c', artifact: { artifactId } };
  return AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON(update));
}

function completed(): AgentExecutionEvent {
  const state = TaskState.TASK_STATE_COMPLETED;
  const status = { state, message: undefined, timestamp: undefined };
  return AgentEvent.statusUpdate({ taskId: 't', contextId: 'c', status, metadata: undefined });
}

describe('StoredEvents', () => {
  it('stores in their order what nobody here hears, and tells webhooks of it', async () => {
    events.endRequests();
    accept(1, artifact('a'));
    accept(2, artifact('b'));
    accept(3, completed());
    expect(await events.stored(2000)).toBe(true);
    expect(parts.saved).toEqual(['a WORKING', 'a b WORKING', 'a b COMPLETED']);
    expect(parts.told).toEqual([1, 2, 3]);
  });

  it('gives up alone what no record can hold', async () => {
    events.endRequests();
    parts.refused = 'b';
    accept(1, artifact('a'));
    accept(2, artifact('b'));
    accept(3, artifact('c'));
    expect(await events.stored(2000)).toBe(true);
    expect(parts.saved).toEqual(['a WORKING', 'a c WORKING']);
    expect([parts.told, parts.errors]).toEqual([[1, 3], ['A2ARedisError: refused']]);
  });

  it('saves with the id of the event, so that a request which comes to it stores nothing again', async () => {
    events.endRequests();
    let saved: Task | undefined;
    const services = parts.services();
    const { trackingStore } = services;
    if (trackingStore === undefined) throw new TypeError('There is no store.');
    trackingStore.save = async (task) => void (saved = task);
    events = new StoredEvents(TASK, services);
    accept(7, artifact('a'));
    await events.flush();
    const [kept] = saved?.artifacts ?? [];
    expect(kept && eventIdOf(kept)).toEqual({ publisher: 'r-1', counter: 7 });
  });

  it('leaves to requests what they store within a moment', async () => {
    vi.useFakeTimers();
    accept(1, artifact('a'));
    accept(2, artifact('b'));
    const storing = events.stored(2000);
    await vi.advanceTimersByTimeAsync(499);
    expect(parts.saved).toEqual([]);
    parts.applied = AppliedEvents.parse('r-1:1-2') ?? AppliedEvents.NONE;
    await vi.advanceTimersByTimeAsync(1000);
    expect(await storing).toBe(true);
    expect([parts.saved, parts.told]).toEqual([[], [1, 2]]);
  });

  it('stores what requests have not come to for a moment', async () => {
    vi.useFakeTimers();
    accept(1, artifact('a'));
    accept(2, artifact('b'));
    parts.applied = AppliedEvents.parse('r-1:1') ?? AppliedEvents.NONE;
    await vi.advanceTimersByTimeAsync(499);
    expect(parts.saved).toEqual([]);
    // The second look of its publisher, at the latest.
    await vi.advanceTimersByTimeAsync(501);
    expect([parts.saved, parts.told]).toEqual([['b WORKING'], [1, 2]]);
  });

  it('tells nobody of what is stored behind the end that others gave', async () => {
    events.endRequests();
    parts.stored = Task.fromJSON({ ...parts.stored, status: { state: 'TASK_STATE_CANCELED' } });
    accept(1, artifact('a'));
    expect(await events.stored(2000)).toBe(true);
    expect([parts.saved, parts.told]).toEqual([['a CANCELED'], []]);
  });

  it('takes nothing after the end, no events of other tasks, and none where the store takes them', async () => {
    events.endRequests();
    accept(1, artifact('other', 'another'));
    accept(2, completed());
    accept(3, artifact('late'));
    await events.flush();
    expect(parts.saved).toEqual(['COMPLETED']);
    events = new StoredEvents(TASK, parts.services(true));
    accept(1, artifact('a'));
    await events.flush();
    expect(parts.saved).toEqual(['COMPLETED']);
  });

  it('reports a store that fails, goes on trying, and says at the deadline that it does not hold all', async () => {
    events.endRequests();
    parts.isAway = true;
    accept(1, artifact('a'));
    expect(await events.stored(50)).toBe(false);
    expect(new Set(parts.errors)).toEqual(new Set(['Error: away']));
    parts.isAway = false;
    expect(await events.stored(2000)).toBe(true);
    expect(parts.saved).toEqual(['a WORKING']);
  });

  it('stores what others have of an event that holds what no store can copy', async () => {
    events.endRequests();
    const update = artifact('a');
    if (update.kind !== 'artifactUpdate') throw new TypeError('No artifact');
    accept(1, AgentEvent.artifactUpdate({ ...update.data, metadata: { call: () => 1, kept: 2 } }));
    accept(2, completed());
    expect(await events.stored(2000)).toBe(true);
    expect([parts.saved, parts.errors]).toEqual([['a WORKING', 'a COMPLETED'], []]);
    expect(parts.stored.metadata).toEqual({ kept: 2 });
  });

  it('gives up alone what a store that can be read does not take for as long as one is tried', async () => {
    vi.useFakeTimers();
    events.endRequests();
    parts.onSave = async (artifactId) => {
      if (artifactId === 'bad') throw new TypeError('of its own');
    };
    accept(1, artifact('bad'));
    accept(2, completed());
    await vi.advanceTimersByTimeAsync(4000);
    expect(parts.saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([parts.saved, parts.told]).toEqual([['COMPLETED'], [2]]);
    expect(new Set(parts.errors)).toEqual(new Set(['TypeError: of its own']));
  });

  it('keeps a bounded number while its store is away, the end among them, and says once what it lacks', async () => {
    vi.useFakeTimers();
    parts.maxPendingEvents = 3;
    events = new StoredEvents(TASK, parts.services());
    events.endRequests();
    let answer = (): void => {};
    parts.onSave = async () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    for (const counter of [1, 2, 3, 4, 5]) accept(counter, artifact(`${counter}`));
    await vi.advanceTimersByTimeAsync(3000);
    for (const counter of [6, 7, 8]) accept(counter, artifact(`${counter}`));
    accept(9, completed());
    parts.onSave = async () => {};
    answer();
    await vi.advanceTimersByTimeAsync(2000);
    expect(parts.saved.at(-1)).toBe('1 2 3 4 5 COMPLETED');
    expect(parts.errors).toEqual([
      'A2ARedisError: Events 6–8 of task "t" are not stored as they come: the store is away, and as much waits for it already as may.',
    ]);
    // Others see to it by what there is of them.
    expect(await events.stored(2000)).toBe(false);
  });
});
