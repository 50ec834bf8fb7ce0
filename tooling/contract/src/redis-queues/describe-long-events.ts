import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** More than a server keeps for a connection that receives messages, unless it is configured otherwise. */
const LONGER_THAN_BUFFERS = 'x'.repeat(34_000_000);

/** Declares the tests of events that are too long for a message. */
export function describeLongEvents(subject: RedisQueueManagerSubject): void {
  describe(`events of a ${subject.name} that are longer than output buffers`, () => {
    const used = useReplicas(subject, 2);

    it('reach all who listen, and disturb no stream of another task', async () => {
      const { a, b } = used;
      const long = await beginTask(a);
      const other = await beginTask(a);
      const following = b.resubscribe(long.execution.taskId);
      const undisturbed = b.resubscribe(other.execution.taskId);
      await Promise.all([following.until(1), undisturbed.until(1)]);
      long.execution.chunks(1, LONGER_THAN_BUFFERS);
      await following.until(2);
      other.execution.chunks(1);
      await undisturbed.until(2);
      long.execution.chunks(1).complete();
      other.execution.complete();
      const all = { parts: 2, state: 'completed' };
      expect(mergeSeen(await long.stream.ended)).toEqual(all);
      expect(mergeSeen(await following.ended)).toEqual(all);
      const undisturbedSeen = ['task working 0', 'chunk 0', 'completed'];
      expect(await undisturbed.ended).toEqual(undisturbedSeen);
      expect(await other.stream.ended).toEqual(undisturbedSeen);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });

    it('end with their task where they are its last', async () => {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      execution.chunks(1, LONGER_THAN_BUFFERS).complete();
      const all = { parts: 1, state: 'completed' };
      expect(mergeSeen(await stream.ended)).toEqual(all);
      expect(mergeSeen(await following.ended)).toEqual(all);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });
  });
}
