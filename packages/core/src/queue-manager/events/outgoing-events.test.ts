import { describe, expect, it } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import { OutgoingEvents, type OutgoingEvent, type OutgoingParts } from './outgoing-events.ts';

let clock = 0;
const runtime = { ...systemRuntime, now: () => clock };

/** Sends events, and notes each batch as its counters; all that is sent is taken away. */
function opened(parts: Partial<OutgoingParts<OutgoingEvent, void>> = {}): {
  readonly outgoing: OutgoingEvents<OutgoingEvent, void>;
  readonly batches: string[];
} {
  const batches: string[] = [];
  const outgoing: OutgoingEvents<OutgoingEvent, void> = new OutgoingEvents({
    runtime,
    maxPendingEvents: 300,
    send: async (batch) => {
      batches.push(batch.map(({ counter }) => counter).join());
    },
    settle: ({ length }) => {
      outgoing.take(length);
    },
    ...parts,
  });
  return { outgoing, batches };
}

const event = (counter: number, body = 'x', giveUpAt = 10): OutgoingEvent => ({
  counter,
  body,
  giveUpAt,
});

describe('OutgoingEvents', () => {
  it('sends together what follows one another, and no more than fits', async () => {
    const { outgoing, batches } = opened();
    for (const counter of [1, 2, 4]) outgoing.push(event(counter));
    outgoing.push(event(5, 'x'.repeat(600_000)));
    outgoing.push(event(6));
    await outgoing.drained();
    expect(batches).toEqual(['1,2', '4', '5', '6']);
    for (let counter = 7; counter < 7 + 129; counter += 1) outgoing.push(event(counter));
    await outgoing.drained();
    expect(batches.slice(4).map((batch) => batch.split(',').length)).toEqual([128, 1]);
  });

  it('sends what was left with the next batch, after what is to come before anything', async () => {
    let begun = 0;
    let left = 1;
    const { outgoing, batches } = opened({
      beforeFirst: async () => {
        begun += 1;
      },
      mayFollow: ({ counter }) => counter !== 3,
      settle: ({ length }) => {
        outgoing.take(length - left);
        left = 0;
      },
    });
    for (const counter of [1, 2, 3, 4]) outgoing.push(event(counter));
    await outgoing.drained();
    outgoing.push(event(5));
    await outgoing.drained();
    expect(batches).toEqual(['1,2,3', '3', '4', '5']);
    expect(begun).toBe(1);
  });

  it('knows when as many wait as may, and takes away what was tried for long enough', async () => {
    clock = 0;
    const { outgoing, batches } = opened({ maxPendingEvents: 3 });
    outgoing.push(event(1, 'x', 5));
    outgoing.push(event(2, 'x', 6));
    expect(outgoing.isFull).toBe(false);
    outgoing.push(event(3, 'x', 7));
    expect(outgoing.isFull).toBe(true);
    clock = 6;
    expect(outgoing.takeOld().map(({ counter }) => counter)).toEqual([1, 2]);
    await outgoing.drained();
    expect([batches, outgoing.waiting, outgoing.isFull]).toEqual([['3'], [], false]);
  });
});
