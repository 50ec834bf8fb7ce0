import { connect, newPrefix, SlotProxy } from '@a2a-redis-internal/redis-clients';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
} from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { connectToCluster } from '../shared-server.ts';
import { mergeSeen, type Seen } from '../queues/merge-seen.ts';
import { untilParts } from './outcome-of.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

const ALL = { parts: 300, state: 'completed' };

/** Where the keys of a task are. */
interface Place {
  readonly slot: number;
  readonly node: RedisServer;
}

/** Declares the tests of a cluster that plain clients reach by one address, as rented servers have it. */
export function describeOneAddress(subject: RedisQueueManagerSubject): void {
  describe(`a cluster behind one address, with a ${subject.name}:`, () => {
    let cluster: RedisCluster;
    let proxy: SlotProxy;
    let prefix: string;
    let a: Replica;
    let b: Replica;

    beforeEach(async () => {
      cluster = await startRedisCluster();
      proxy = await SlotProxy.start(cluster.urls);
      prefix = newPrefix();
      a = await Replica.start(subject, proxy.url, prefix);
      b = await Replica.start(subject, proxy.url, prefix);
    });
    afterEach(async () => {
      for (const replica of [a, b]) await replica[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await cluster.stop();
    });

    async function placeOf(taskId: string): Promise<Place> {
      const client = await connect(cluster.urls[0] ?? '');
      const slot = await client.clusterKeySlot(`${prefix}queues:{:unknown:${taskId}}`);
      client.destroy();
      const node = cluster.nodes.find(({ url }) => url.endsWith(`//${proxy.nodeOf(slot)}`));
      if (node === undefined) throw new Error('The proxy does not know the node');
      return { slot, node };
    }

    /** Streams on one replica to the other, while something happens to the node of the task. */
    async function streamThrough(
      happens: (place: Place) => Promise<void>,
    ): Promise<readonly Seen[]> {
      const { execution, stream } = await beginTask(a);
      const { taskId } = execution;
      const other = b.resubscribe(taskId);
      execution.chunks(100);
      await Promise.all([stream, other].map(async (each) => untilParts(each, 100)));
      const happening = happens(await placeOf(taskId));
      execution.chunks(100);
      await happening;
      execution.chunks(100).complete();
      const seen = [mergeSeen(await other.ended), mergeSeen(await stream.ended)];
      const stored = await b.stored(taskId);
      return [...seen, { parts: stored?.parts.length ?? 0, state: stored?.state ?? '' }];
    }

    it('another replica whose client knows the nodes hears and cancels', async () => {
      const client = await connectToCluster(cluster.urls[0] ?? '');
      const c = Replica.on(subject, client, prefix);
      const { execution, stream } = await beginTask(a);
      const others = [b, c].map((replica) => replica.resubscribe(execution.taskId));
      execution.chunks(3);
      for (const each of others) await untilParts(each, 3);
      const canceled = await c.cancel(execution.taskId);
      expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
      const all = { parts: 3, state: 'canceled' };
      for (const { ended } of [stream, ...others]) expect(mergeSeen(await ended)).toEqual(all);
      expect([a.errors, b.errors, c.errors]).toEqual([[], [], []]);
      await c[Symbol.asyncDispose]();
    });

    it('a task comes to its end though its slot is moved to another node', async () => {
      const seen = await streamThrough(async ({ slot, node }) => {
        const to = cluster.nodes.find((each) => each !== node);
        if (to === undefined) throw new Error('No other node');
        await cluster.moveSlot(slot, node, to);
      });
      expect(seen).toEqual([ALL, ALL, ALL]);
    });

    it('a task comes to its end though its node hands over to a replica', async () => {
      const seen = await streamThrough(async ({ node }) => {
        const replica = await cluster.addReplica(node);
        const client = await connect(replica.url);
        await client.sendCommand(['CLUSTER', 'FAILOVER']);
        client.destroy();
      });
      expect(seen).toEqual([ALL, ALL, ALL]);
    });
  });
}
