import { describe, expect, it } from 'vitest';

import { ExecutionParts } from '../../../test/execution-parts.ts';
import type { EventBatch, EventTransport } from '../events/event-transport.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import type { BusServices } from './bus-services.ts';
import { EventSender } from './event-sender.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');
const BATCH: EventBatch = { publisher: 'r-1', firstCounter: 1, bodies: ['s1', 's2'] };

/** A sender for a store that takes no events from their publisher, and a transport that keeps long ones. */
function sending(given: Partial<BusServices> = {}): { parts: ExecutionParts; sender: EventSender } {
  const parts = new ExecutionParts();
  const services = parts.services(false);
  const transport: EventTransport = {
    ...services.transport,
    keepLong: async (_task, batch) => ({ ...batch, bodies: batch.bodies.map(() => 'k') }),
  };
  return { parts, sender: new EventSender(TASK, { ...services, transport, ...given }) };
}

describe('EventSender', () => {
  it('has what is too long kept where no record tells which events it holds', async () => {
    const { parts, sender } = sending();
    expect(await sender.send(BATCH)).toBe('accepted');
    expect(parts.sent).toEqual(['r-1 1:kk']);
  });

  it('has nothing kept that a record makes up for, or where any length can be sent', async () => {
    const tracked = sending({ trackingStore: {} as BusServices['trackingStore'] });
    expect(await tracked.sender.send(BATCH)).toBe('accepted');
    const parts = new ExecutionParts();
    expect(await new EventSender(TASK, parts.services(false)).send(BATCH)).toBe('accepted');
    expect([tracked.parts.sent, parts.sent]).toEqual([['r-1 1:ss'], ['r-1 1:ss']]);
  });

  it('refuses what a server would close the connection for', async () => {
    const { parts, sender } = sending();
    const longest = 128 * 1024 * 1024;
    const message = `An event of task "t" takes ${longest + 1} characters, of which one write takes ${longest} at most.`;
    await expect(
      sender.send({ ...BATCH, bodies: ['x'.repeat(longest + 1)] }),
    ).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message,
    });
    expect(parts.sent).toEqual([]);
  });
});
