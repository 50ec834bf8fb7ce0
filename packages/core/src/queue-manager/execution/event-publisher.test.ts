import { setImmediate } from 'node:timers/promises';

import { TaskArtifactUpdateEvent, TaskState, type TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ExecutionParts } from '../../../test/execution-parts.ts';
import type { SendOutcome } from '../events/event-transport.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { EventPublisher } from './event-publisher.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');
const WORKING = statusUpdate(TaskState.TASK_STATE_WORKING);
const COMPLETED = statusUpdate(TaskState.TASK_STATE_COMPLETED);
const ARTIFACT = AgentEvent.artifactUpdate(
  TaskArtifactUpdateEvent.fromJSON({ taskId: 't', contextId: 'c', artifact: { artifactId: 'a' } }),
);

function statusData(state: TaskState, taskId = 't'): TaskStatusUpdateEvent {
  const status = { state, message: undefined, timestamp: undefined };
  return { taskId, contextId: 'c', status, metadata: undefined };
}

function statusUpdate(state: TaskState, taskId?: string): AgentExecutionEvent {
  return AgentEvent.statusUpdate(statusData(state, taskId));
}

afterEach(() => {
  vi.useRealTimers();
});

/** A publisher, and what those who listen to the execution hear of its events: by counter. */
class Publishing {
  readonly parts = new ExecutionParts();
  readonly publisher: EventPublisher;
  readonly heard: number[] = [];
  readonly fenced: string[] = [];

  /** @param isWriting Whether the store takes events from their publisher. */
  constructor(isWriting = true) {
    this.publisher = new EventPublisher(TASK, 'r-1', this.parts.services(isWriting), {
      onFenced: (by) => this.fenced.push(by),
    });
  }

  publish(...events: readonly AgentExecutionEvent[]): void {
    for (const event of events) {
      this.publisher.publish(event, ({ eventId }) => this.heard.push(eventId?.counter ?? 0));
    }
  }

  /** Resolves when all was settled, and who was to be told was told. */
  async settled(): Promise<void> {
    await this.publisher.drained();
    await setImmediate();
  }
}

/**
 * Publishes an event of which Redis says nothing for a while.
 *
 * @returns Has Redis accept it, and all that follows.
 */
async function awayFor(publishing: Publishing): Promise<() => void> {
  const { parts } = publishing;
  vi.useFakeTimers();
  let accept = (): void => {};
  const away = new Promise<void>((resolve) => {
    accept = resolve;
  });
  parts.onSend = async () => {
    await away;
    return 'accepted';
  };
  publishing.publish(ARTIFACT);
  await vi.advanceTimersByTimeAsync(3000);
  return () => {
    vi.useRealTimers();
    accept();
  };
}

describe('EventPublisher', () => {
  it('hands events to those who listen to the execution at once, and sends them', async () => {
    const publishing = new Publishing();
    publishing.publish(WORKING, ARTIFACT, COMPLETED);
    const { heard, parts, publisher } = publishing;
    expect([heard, parts.sent]).toEqual([[1, 2, 3], []]);
    await publishing.settled();
    expect([heard, parts.sent]).toEqual([[1, 2, 3], ['r-1 1:sas']]);
    expect(parts.fates).toEqual(['1 written', '2 written', '3 written']);
    expect([publisher.hasPublishedEnd, publisher.hasLost]).toEqual([true, false]);
  });

  it('hands on no more of a gap than its first event, which fails the request', async () => {
    const publishing = new Publishing();
    const { parts, publisher, heard } = publishing;
    const back = await awayFor(publishing);
    publishing.publish(...Array<AgentExecutionEvent>(104).fill(ARTIFACT));
    expect(heard).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
    back();
    await publishing.settled();
    publishing.publish(ARTIFACT);
    expect(heard.slice(100)).toEqual([101, 106]);
    await publishing.settled();
    expect(parts.errors).toMatchObject([
      { code: 'EVENTS_LOST', message: expect.stringContaining('Events 101–105 of task "t"') },
    ]);
    expect([publisher.counter, publisher.hasLost]).toEqual([106, true]);
  });

  it('keeps a bounded number for listeners that wait, where requests store what they hear, and the end', async () => {
    const publishing = new Publishing(false);
    const { parts, heard } = publishing;
    parts.isCertain = false;
    const back = await awayFor(publishing);
    publishing.publish(...Array<AgentExecutionEvent>(50_000).fill(ARTIFACT), COMPLETED);
    expect(heard).toEqual([]);
    back();
    await publishing.settled();
    expect(heard).toEqual([...Array.from({ length: 100 }, (_, index) => index + 1), 50_002]);
    expect(parts.errors).toMatchObject([
      { code: 'EVENTS_LOST', message: expect.stringContaining('Events 101–50001 of task "t"') },
    ]);
  });

  it('tells when all that was published by then is with Redis, or given up', async () => {
    const publishing = new Publishing();
    const { parts, publisher } = publishing;
    const order: string[] = [];
    parts.onSend = async ({ firstCounter }) => {
      order.push(`send ${firstCounter}`);
      return 'accepted';
    };
    await publisher.sent();
    publishing.publish(ARTIFACT, ARTIFACT);
    const both = publisher.sent().then(() => order.push('both'));
    await both;
    publishing.publish(ARTIFACT);
    publisher.stop();
    await publisher.sent();
    expect(order).toEqual(['send 1', 'both']);
  });

  it('counts no event that cannot be sent: nobody elsewhere misses one', async () => {
    const publishing = new Publishing();
    const unsent = AgentEvent.statusUpdate({
      taskId: 't',
      contextId: 'c',
      status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: undefined },
      metadata: { big: 1n },
    });
    publishing.publish(WORKING, unsent, ARTIFACT);
    const { heard, parts, publisher } = publishing;
    expect(heard).toEqual([1, 0, 2]);
    await publishing.settled();
    expect([parts.sent, publisher.counter]).toEqual([['r-1 1:sa'], 2]);
    expect(parts.fates).toEqual(['1 written', '2 written']);
    expect(parts.errors).toEqual([
      expect.objectContaining({
        message:
          'An event of task "t" cannot be written as JSON: only requests that execute the task here get it.',
      }),
    ]);
  });

  it("drops quietly what comes after the run's own end: requests have the end that is stored", async () => {
    const publishing = new Publishing();
    publishing.parts.onSend = async ({ firstCounter, bodies }) =>
      firstCounter > 2 && bodies[0] !== 'z' ? 'ended' : 'accepted';
    publishing.publish(WORKING, COMPLETED, ARTIFACT, WORKING);
    let isOver = false;
    publishing.publisher.end(
      () => (isOver = true),
      () => {},
    );
    await publishing.settled();
    const { parts, publisher, fenced } = publishing;
    expect(parts.sent).toEqual(['r-1 1:ss', 'r-1 3:asz', 'r-1 5:z']);
    expect(parts.fates).toEqual(['1 written', '2 written', '3 dropped', '4 dropped']);
    expect([parts.errors, fenced]).toEqual([[], []]);
    // So its task needs no end of others, and the run is over all the same.
    expect([publisher.hasLost, isOver]).toEqual([false, true]);
  });

  it.each(['fenced', 'over'] as const)(
    'fails the requests that heard an end which is refused, where the run is %s',
    async (by) => {
      const publishing = new Publishing();
      publishing.parts.onSend = async () => by;
      publishing.publish(WORKING, ARTIFACT, COMPLETED);
      await publishing.settled();
      const { parts, fenced, publisher } = publishing;
      // The store tells those requests RUN_ENDED.
      expect(parts.fates).toEqual(['1 dropped', '2 dropped', '3 refused']);
      expect([fenced, parts.errors]).toEqual([[by], []]);
      expect(publisher.hasLost).toBe(false);
      publishing.publish(COMPLETED);
      expect(parts.fates.at(-1)).toBe('4 refused');
    },
  );

  it('has nobody hear an end that is refused, where others may have ended its run before', async () => {
    const publishing = new Publishing();
    const { parts } = publishing;
    parts.isCertain = false;
    parts.onSend = async () => 'fenced';
    publishing.publish(WORKING, COMPLETED);
    expect(publishing.heard).toEqual([]);
    expect(publishing.publisher.isDeferring).toBe(true);
    await publishing.settled();
    expect(publishing.heard).toEqual([]);
    expect(parts.fates).toEqual(['1 dropped', '2 dropped']);
    expect(publishing.publisher.isDeferring).toBe(false);
  });

  it('hands over what waited once it is accepted, in its order', async () => {
    const publishing = new Publishing();
    publishing.parts.isCertain = false;
    publishing.publish(WORKING);
    publishing.parts.isCertain = true;
    publishing.publish(COMPLETED);
    let isCalled = false;
    publishing.publisher.afterDelivery(() => (isCalled = true));
    expect([publishing.heard, isCalled]).toEqual([[], false]);
    await publishing.settled();
    expect([publishing.heard, isCalled]).toEqual([[1, 2], true]);
  });

  it('knows that events were given up', async () => {
    const publishing = new Publishing();
    publishing.publish(WORKING);
    publishing.publisher.stop();
    await publishing.settled();
    expect(publishing.heard).toEqual([1]);
    expect([publishing.parts.fates, publishing.publisher.hasLost]).toEqual([['1 lost'], true]);
  });

  it('does not count what cannot be written: requests here alone get it, and nobody misses it', async () => {
    const publishing = new Publishing();
    const { parts, publisher, heard } = publishing;
    const metadata = { big: 1n };
    const event = AgentEvent.statusUpdate({
      ...statusData(TaskState.TASK_STATE_WORKING),
      metadata,
    });
    const nothing = { kind: 'task', data: null } as unknown as AgentExecutionEvent;
    const unreadable = Object.defineProperty(
      { ...statusData(TaskState.TASK_STATE_WORKING) },
      'status',
      {
        get: () => {
          throw new Error('of its own');
        },
      },
    );
    publishing.publish(WORKING, event, nothing, AgentEvent.statusUpdate(unreadable), COMPLETED);
    expect([heard, publisher.counter]).toEqual([[1, 0, 0, 0, 2], 2]);
    await publishing.settled();
    expect([parts.sent, parts.fates]).toEqual([['r-1 1:ss'], ['1 written', '2 written']]);
    expect(parts.errors).toEqual([
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    ]);
    expect(publisher.hasLost).toBe(true);
  });

  it('says nothing to its store of an event of another task', async () => {
    const publishing = new Publishing();
    publishing.publish(statusUpdate(TaskState.TASK_STATE_COMPLETED, 'another'));
    await publishing.settled();
    expect([publishing.parts.fates, publishing.parts.sent]).toEqual([[], ['r-1 1:s']]);
  });

  it('says when all is with Redis that was published by then', async () => {
    const publishing = new Publishing();
    const { parts, publisher } = publishing;
    const answers: ((outcome: SendOutcome) => void)[] = [];
    parts.onSend = async () =>
      new Promise((resolve) => {
        answers.push(resolve);
      });
    publishing.publish(WORKING);
    await setImmediate();
    let isSent = false;
    void publisher.sent().then(() => (isSent = true));
    publishing.publish(ARTIFACT);
    await setImmediate();
    expect([isSent, answers.length]).toEqual([false, 1]);
    answers.shift()?.('accepted');
    await setImmediate();
    expect([isSent, answers.length]).toEqual([true, 1]);
  });

  it('tells webhooks what was stored, in its order, and nothing after the end', async () => {
    const publishing = new Publishing();
    publishing.publish(WORKING, ARTIFACT, COMPLETED, WORKING);
    await publishing.settled();
    expect(publishing.parts.told).toEqual(['1 statusUpdate', '2 artifactUpdate', '3 statusUpdate']);
  });

  it('tells webhooks what a call stored that got no reply', async () => {
    const publishing = new Publishing();
    // The store has it, and writes nothing the second time.
    publishing.parts.isWritten = true;
    publishing.publish(WORKING);
    await publishing.settled();
    expect(publishing.parts.told).toEqual(['1 statusUpdate']);
  });

  it('tells webhooks of nothing that was refused', async () => {
    const publishing = new Publishing();
    publishing.parts.onSend = async () => 'fenced';
    publishing.publish(WORKING);
    await publishing.settled();
    expect(publishing.parts.told).toEqual([]);
  });

  it('knows whether its task holds all: not where it gave up events', async () => {
    const publishing = new Publishing();
    publishing.publish(WORKING);
    await publishing.settled();
    expect(await publishing.publisher.stored()).toBe(true);
    publishing.parts.onSend = async () => new Promise(() => {});
    publishing.publish(WORKING);
    publishing.publisher.stop();
    await publishing.settled();
    expect(await publishing.publisher.stored()).toBe(false);
  });
});
