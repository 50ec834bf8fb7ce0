import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import {
  describeSeveralRuns,
  useReplicas,
} from '@a2a-redis-internal/contract/redis-queue-managers';
import { describe, expect, it, vi } from 'vitest';

import { STREAMS } from './subject.ts';

describeSeveralRuns(STREAMS);

describe('a task that two replicas execute', () => {
  const used = useReplicas(STREAMS, 3, { failoverMs: 3000 });

  it('is told whole to a subscriber, though its stored events have holes', async () => {
    const { a, b, c } = used;
    const { execution } = await beginTask(a);
    // More than are read back at once, and stored one by one.
    execution.chunks(600);
    await a.queues.flush();
    const second = b.executor.next();
    const followUp = b.stream({ taskId: execution.taskId });
    const other = await second;
    other.task();
    await followUp.until(1);
    // These are the newest, and stored long before those of the other replica.
    other.chunks(260, 'b');
    await followUp.until(261);

    const subscriber = c.resubscribe(execution.taskId);
    await subscriber.until(1);
    const held = Number(subscriber.seen[0]?.replace('task working ', ''));
    await vi.waitUntil(async () => (await c.stored(execution.taskId))?.parts.length === 860, {
      timeout: 60_000,
    });
    execution.complete();
    other.return();
    const seen = await subscriber.ended;
    expect(seen).toHaveLength(1 + 860 - held + 1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe('completed');
    expect(c.errors).toEqual([]);
  });
});
