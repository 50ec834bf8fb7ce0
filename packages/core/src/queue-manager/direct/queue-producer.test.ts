import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { QueueProducer } from './queue-producer.ts';

const DEADLINE_MS = 1000;

let sent: string[];
let onSend: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  sent = [];
  onSend = async () => {};
});
afterEach(() => {
  vi.useRealTimers();
});

/** A producer that resolves to the counter of each event. */
function openProducer(maxPendingEvents = 10_000): QueueProducer<number> {
  return new QueueProducer({
    runtime: systemRuntime,
    queueId: 'q',
    maxPendingEvents,
    deadlineMs: DEADLINE_MS,
    send: async (first, bodies, deadlineAt) => {
      sent.push(`${first}:${bodies.join()} until ${Math.round(deadlineAt)}`);
      await onSend();
      return bodies.map((_, index) => first + index);
    },
  });
}

/** The code of the error and when it came, for each. */
async function failures(pushes: readonly Promise<unknown>[]): Promise<readonly string[]> {
  return Promise.all(
    pushes.map(async (push) =>
      push.then(
        () => 'sent',
        (error: unknown) =>
          `${error instanceof A2ARedisError ? error.code : ''} ${Math.round(performance.now())}`,
      ),
    ),
  );
}

describe('QueueProducer', () => {
  it('sends together what is given in one turn, in order, and tells what became of each', async () => {
    const producer = openProducer();
    const pushes = ['a', 'b', 'c'].map(async (body) => producer.push(body));
    expect(await Promise.all(pushes)).toEqual([1, 2, 3]);
    expect(await producer.push('d')).toBe(4);
    const start = Math.round(performance.now());
    const until = start + DEADLINE_MS;
    expect(sent).toEqual([`1:a,b,c until ${until}`, `4:d until ${until}`]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts the deadline from the call, for those that wait for their turn, too', async () => {
    const start = performance.now();
    let fail = (): void => {};
    onSend = async () =>
      new Promise((_resolve, reject) => {
        fail = () => {
          reject(new Error('gone'));
        };
      });
    const producer = openProducer();
    const first = Array.from({ length: 300 }, async () => producer.push('x'));
    const told = failures(first);
    await vi.advanceTimersByTimeAsync(600);
    const later = producer.push('later');
    await vi.advanceTimersByTimeAsync(500);
    const at = Math.round(start + DEADLINE_MS);
    expect(new Set(await told)).toEqual(new Set([`DEADLINE_EXCEEDED ${at}`]));
    expect(sent).toHaveLength(1);
    onSend = async () => {};
    fail();
    // Those that were not sent have their numbers all the same.
    expect(await later).toBe(301);
    expect(sent[1]).toBe(`301:later until ${Math.round(start + 600 + DEADLINE_MS)}`);
  });

  it('refuses more than may wait', async () => {
    const producer = openProducer(2);
    const pushes = [producer.push('a'), producer.push('b')];
    expect(() => {
      producer.requireRoom();
    }).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    await Promise.all(pushes);
    await producer.drained();
    producer.requireRoom();
  });
});
