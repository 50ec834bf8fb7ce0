import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import {
  describeTwoReplicas,
  useReplicas,
} from '@a2a-redis-internal/contract/redis-queue-managers';
import { QueueKeys } from '@a2a-redis/core/queue-manager';
import { ScriptRunner } from '@a2a-redis/core/shared';
import { describe, expect, it } from 'vitest';

import { StreamLog } from '../src/stream-log.ts';
import { STREAMS } from './subject.ts';

describeTwoReplicas(STREAMS);

describe('two replicas', () => {
  const used = useReplicas(STREAMS, 2, { failoverMs: 2000 });

  it('stream on one, resubscribe on the other: the snapshot and every later event', async () => {
    const { a, b } = used;
    const { execution, stream } = await beginTask(a);
    execution.chunks(3);
    await stream.until(4);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    execution.chunks(2).complete();
    expect(await stream.ended).toEqual([
      'task working 0',
      'chunk 0',
      'chunk 1',
      'chunk 2',
      'chunk 3',
      'chunk 4',
      'completed',
    ]);
    expect(await other.ended).toEqual(['task working 3', 'chunk 3', 'chunk 4', 'completed']);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('an event that cannot be read ends who listens with an error', async () => {
    const { a, b, prefix } = used;
    const { execution, stream } = await beginTask(a);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    execution.chunks(1);
    await other.until(2);
    const keys = new QueueKeys(`${prefix}queues:`);
    const task = keys.task({ tenant: '', owner: 'unknown' }, execution.taskId);
    const limits = { maxEventsPerTask: 10, maxMessageBytes: 1000 };
    const kept = { retentionSeconds: 30, endedRetentionSeconds: 10 };
    const runner = new ScriptRunner(a.client);
    const log = new StreamLog(runner, { ...limits, ...kept });
    const bodies = ['a{"artifact":{"parts":[null]}}'];
    const batch = { publisher: 'x-1', firstCounter: 1, bodies };
    const { companion, keys: keysOf, args } = log.appending(task, batch, 'PUBLISH');
    await runner.run(companion.alone, keysOf, args);
    await expect(other.ended).rejects.toThrow('was lost to a subscriber: it cannot be read');
    const cause = expect.objectContaining({
      code: 'CORRUPT_RECORD',
      message: `An event of task "${execution.taskId}" cannot be read.`,
      detail: `Event 1 of run x-1 in "${task.log}" cannot be read.`,
    });
    expect(b.errors).toEqual([expect.objectContaining({ code: 'EVENTS_LOST', cause })]);
    execution.complete();
    await stream.ended;
  });
});
