import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import { useReplicas } from '@a2a-redis-internal/contract/redis-queue-managers';
import { expect, it } from 'vitest';

import { STREAMS } from './subject.ts';

const used = useReplicas(STREAMS, 2);

it('a log that Redis lost is told to subscribers, and concerns neither publisher nor store', async () => {
  const { a, b } = used;
  const { execution, stream } = await beginTask(a);
  execution.chunks(2);
  await stream.until(3);
  const subscriber = b.resubscribe(execution.taskId);
  await subscriber.until(1);
  execution.chunks(1);
  await subscriber.until(2);
  // What a failover leaves to whom nothing was replicated yet.
  const key = used.taskKey(execution.taskId);
  await a.client.del([`${key}:log`, `${key}:state`]);
  execution.chunks(1).complete();
  await expect(subscriber.ended).rejects.toMatchObject({ code: 'EVENTS_LOST' });
  const all = ['chunk 0', 'chunk 1', 'chunk 2', 'chunk 3'];
  expect(await stream.ended).toEqual(['task working 0', ...all, 'completed']);
  expect((await b.stored(execution.taskId))?.parts).toEqual(['0', '1', '2', '3']);
});

it('takes less than 700 bytes of Redis for an event of 200 bytes of text', async () => {
  const { a } = used;
  const { execution, stream } = await beginTask(a);
  const log = `${used.taskKey(execution.taskId)}:log`;
  await a.queues.flush();
  const before = (await a.client.memoryUsage(log, { SAMPLES: 0 })) ?? 0;
  execution.chunks(1000, 'x'.repeat(197));
  await a.queues.flush();
  const after = (await a.client.memoryUsage(log, { SAMPLES: 0 })) ?? 0;
  execution.complete();
  await stream.ended;
  expect((after - before) / 1000).toBeLessThan(700);
  expect((after - before) / 1000).toBeGreaterThan(400);
});
