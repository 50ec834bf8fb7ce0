import {
  describeConnections,
  useReplicas,
} from '@a2a-redis-internal/contract/redis-queue-managers';
import { describe, expect, it, vi } from 'vitest';

import { chunkOf } from './chunk-of.ts';
import { PUBSUB } from './subject.ts';

describeConnections(PUBSUB);

describe('connections', () => {
  const used = useReplicas(PUBSUB, 1, {}, { exclusive: true });

  async function connections(): Promise<number> {
    const list: unknown = await used.a.client.sendCommand(['CLIENT', 'LIST']);
    return String(list).trim().split('\n').length;
  }

  it('are one further, with 1 and with 2,000 queues and tasks, whoever waits', async () => {
    const { queues, errors } = used.a;
    const before = await connections();
    const first = await queues.createOrTap('queue-0');
    const reads = [first.dequeueEvent()];
    expect(await connections()).toBe(before + 1);
    const numbers = Array.from({ length: 1999 }, (_, index) => index + 1);
    const opened = await Promise.all(
      numbers.map(async (number) => queues.createOrTap(`queue-${number}`)),
    );
    for (const queue of opened) reads.push(queue.dequeueEvent());
    const seen: string[] = [];
    for (let number = 0; number < 2000; number += 1) {
      const bus = queues.getByTaskId(`task-${number}`);
      queues.createOrGetByTaskId(`task-${number}`);
      bus.on('event', () => seen.push(`task-${number}`));
    }
    expect(await connections()).toBe(before + 1);
    for (const queue of [first, ...opened]) await queue.enqueueEvent(chunkOf(queue.queueId));
    const texts = (await Promise.all(reads)).map((event) => event.kind);
    expect(texts).toEqual(Array.from({ length: 2000 }, () => 'artifactUpdate'));
    queues.createOrGetByTaskId('task-7').publish(chunkOf('x'));
    await vi.waitUntil(() => seen.length > 0);
    expect(seen).toEqual(['task-7']);
    expect(await connections()).toBe(before + 1);
    expect(errors).toEqual([]);
  });
});
