import { Task, TaskArtifactUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { eventIdOf, type IdentifiedEvent } from '../../event-ids/event-id.ts';
import { noteLoad } from '../../event-ids/loaded-at-once.ts';
import type { Joining, Lacking } from '../events/event-transport.ts';
import { encodeEvent } from '../events/event-codec.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import type { BusSubscriber } from './bus-subscribers.ts';
import { SubscriberBus } from './subscriber-bus.ts';
import type { TaskBus } from './task-bus.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');
const LOST = new A2ARedisError('EVENTS_LOST', 'lost');

/** The event of a publisher, whose artifact has its number. */
function event(counter: number): IdentifiedEvent {
  const update = { taskId: 't', contextId: 'c', artifact: { artifactId: `a${counter}` } };
  return {
    eventId: { publisher: 'p', counter },
    event: AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON(update)),
  };
}

function applied(text: string): AppliedEvents {
  return AppliedEvents.parse(text) ?? AppliedEvents.NONE;
}

/** One who listens, with a snapshot that holds some events. */
class Subscriber {
  /** What was heard: the artifact of an event, how many a task has, or what it throws. */
  readonly heard: string[] = [];
  /** The counters in what was heard of events' own; 0 where there was none. */
  readonly ids: number[] = [];
  readonly context: ServerCallContext = new ServerCallContext({});
  readonly bus: SubscriberBus;
  /** What follows on the snapshot. */
  lacking: (joining: Joining) => Promise<Lacking>;
  #subscriber: BusSubscriber | undefined;

  constructor(snapshot: string) {
    this.lacking = async ({ applied: known }) => ({ events: [], applied: known });
    const store = {
      load: async () => Task.fromJSON({ id: 't', contextId: 'c' }),
      appliedEvents: async () => applied(snapshot),
    };
    const services = {
      runtime: systemRuntime,
      store,
      trackingStore: store,
      eventStore: undefined,
      webhooks: { isDistributed: false },
      transport: { lacking: async (joining: Joining) => this.lacking(joining) },
      limits: { maxPendingEvents: 3 },
      onError: (error: unknown) => this.heard.push(`error ${String(error)}`),
    } as unknown as BusServices;
    const taskBus = {
      task: TASK,
      standing: async () => ({ isEnded: false, counters: new Map() }),
      welcome: (subscriber: BusSubscriber) => {
        this.#subscriber = subscriber;
      },
      dismiss: () => {},
    } as unknown as TaskBus;
    this.bus = new SubscriberBus(taskBus, services, this.context);
    this.bus.on('event', (each) => {
      this.heard.push(textOf(each));
      const bearer = each.kind === 'artifactUpdate' ? each.data.artifact : each.data;
      this.ids.push((bearer && eventIdOf(bearer)?.counter) ?? 0);
    });
  }

  /** Events come in. */
  receive(...counters: readonly number[]): void {
    for (const counter of counters) this.#subscriber?.({ kind: 'event', event: event(counter) });
  }

  miss(): void {
    this.#subscriber?.({ kind: 'missed', error: LOST });
  }

  async settled(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function textOf(each: AgentExecutionEvent): string {
  if (each.kind === 'artifactUpdate') return each.data.artifact?.artifactId ?? '';
  return each.kind === 'task' ? `task of ${each.data.artifacts.length}` : each.kind;
}

/** A fresh task that holds events up to a counter. */
function freshTask(count: number): Lacking {
  const artifacts = Array.from({ length: count }, (_, index) => ({ artifactId: `a${index + 1}` }));
  const task = Task.fromJSON({ id: 't', contextId: 'c', artifacts });
  return { task, events: [], applied: applied(`p:1-${count}`) };
}

describe('SubscriberBus', () => {
  it('hands on what the snapshot does not hold, whatever came in before it', async () => {
    const subscriber = new Subscriber('p:1-2');
    subscriber.receive(2, 3);
    expect(subscriber.heard).toEqual([]);
    await subscriber.settled();
    expect(subscriber.heard).toEqual(['a3']);
    subscriber.receive(1, 4);
    expect(subscriber.heard).toEqual(['a3', 'a4']);
  });

  it('hands on once what a log is ahead with', async () => {
    const subscriber = new Subscriber('p:1');
    const events = [2, 3].map((counter) => {
      const { eventId, event: one } = event(counter);
      return { eventId, body: encodeEvent(one) };
    });
    subscriber.lacking = async ({ applied: known }) => ({ events, applied: known });
    subscriber.receive(2);
    await subscriber.settled();
    subscriber.receive(3, 4);
    expect(subscriber.heard).toEqual(['a2', 'a3', 'a4']);
  });

  it('gets a fresh task in place of what was lost, and nothing once more that it holds', async () => {
    const subscriber = new Subscriber('p:1');
    await subscriber.settled();
    subscriber.lacking = async () => freshTask(3);
    subscriber.miss();
    subscriber.receive(3, 4);
    await subscriber.settled();
    expect(subscriber.heard).toEqual(['task of 3', 'a4']);
  });

  it('looks again where more is lost while it looks', async () => {
    const subscriber = new Subscriber('p:1');
    await subscriber.settled();
    let looks = 0;
    subscriber.lacking = async () => {
      looks += 1;
      if (looks > 1) return freshTask(4);
      subscriber.miss();
      return freshTask(2);
    };
    subscriber.miss();
    await subscriber.settled();
    expect([subscriber.heard, looks]).toEqual([['task of 4'], 2]);
  });

  it('holds back no more than it is told to', async () => {
    const subscriber = new Subscriber('p:1');
    subscriber.receive(2, 3, 4, 5);
    await subscriber.settled();
    expect(subscriber.heard[0]).toMatch(/^error A2ARedisError: More than 3 events of task "t"/);
  });

  it.each([
    ['a subscriber none', true, false, [0, 0, 0]],
    ['a request to cancel those of the events', false, true, [1, 3, 4]],
    ['a request to cancel that loads the task as well those of the events', true, true, [1, 3, 4]],
    ['anybody else those of the events', false, false, [1, 3, 4]],
  ])('gives %s, with which to save them once', async (_who, loads, cancels, ids) => {
    const subscriber = new Subscriber('p:1');
    subscriber.lacking = async () => freshTask(2);
    if (loads) noteLoad('t', subscriber.context);
    if (cancels) subscriber.bus.canceling();
    await subscriber.settled();
    subscriber.receive(3, 4);
    expect([subscriber.heard, subscriber.ids]).toEqual([['task of 2', 'a3', 'a4'], ids]);
  });
});
