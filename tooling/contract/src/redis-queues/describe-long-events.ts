import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import type { Listener } from '../queues/listener.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import type { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { withForeignStore } from './foreign-store.ts';
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

  describe(`events of a ${subject.name} that are longer than output buffers, with a foreign store`, () => {
    const used = useReplicas(withForeignStore(subject), 2);

    it('come as they are, in their place, disturb nobody, and are not kept for long', async () => {
      const { a, b } = used;
      const long = await beginTask(a);
      const other = await beginTask(a);
      const following = await Promise.all([a, b].map(async (each) => joined(each, long.execution)));
      const undisturbed = await joined(b, other.execution);
      long.execution.chunks(1, 'from here ').chunks(1, LONGER_THAN_BUFFERS).chunks(1).complete();
      other.execution.chunks(1, 'from here ').complete();
      const all = ['from here', 'a long chunk', 'chunk', 'completed'];
      for (const each of [long.stream, ...following]) expect(await fromHere(each)).toEqual(all);
      for (const each of [other.stream, undisturbed]) {
        expect(await fromHere(each)).toEqual(['from here', 'completed']);
      }
      for (const key of await b.client.keys(`${used.taskKey(long.execution.taskId)}:*`)) {
        expect(await b.client.ttl(key)).toBeGreaterThan(0);
      }
      expect([a.errors, b.errors]).toEqual([[], []]);
    });
  });
}

/**
 * Who subscribes to a task, once it gets what is published: with a store that does not tell what it holds, what comes just
 * before that may be missing, or come twice.
 */
async function joined(replica: Replica, execution: Execution): Promise<Listener> {
  const listener = replica.resubscribe(execution.taskId);
  await listener.until(1);
  while (!listener.seen.some((seen) => seen.startsWith('chunk joining '))) {
    execution.chunks(1, 'joining ');
    await sleep(20);
  }
  return listener;
}

/** What a stream told after the chunk that says so, without the numbers of chunks. */
async function fromHere(listener: Listener): Promise<readonly string[]> {
  const seen = await listener.ended;
  return seen.slice(seen.findIndex((each) => each.startsWith('chunk from here '))).map((each) => {
    if (each.startsWith(`chunk ${LONGER_THAN_BUFFERS}`)) return 'a long chunk';
    return each.replace(/^chunk from here \d+$/, 'from here').replace(/ \d+$/, '');
  });
}
