import { type BridgedClient, connect, IOREDIS, newPrefix } from '@a2a-redis-internal/redis-clients';
import { startRedisCluster, startRedisServer } from '@a2a-redis-internal/redis-server';
import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { mergeSeen, type Seen } from '../queues/merge-seen.ts';
import { untilParts } from './outcome-of.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

const ALL = { parts: 300, state: 'completed' };

/** Declares the tests of clients of ioredis under faults; without, they are one kind of client among others. */
export function describeIoredis(subject: RedisQueueManagerSubject): void {
  describe.each(Object.entries(IOREDIS))(`a ${subject.name} on %s`, (_label, version) => {
    /** Streams on one replica to the other, while something happens, and loads the task. */
    async function streamThrough(
      open: () => BridgedClient,
      happens: (taskKey: string) => Promise<void>,
    ): Promise<readonly Seen[]> {
      const prefix = newPrefix();
      await using a = Replica.on(subject, open(), prefix);
      await using b = Replica.on(subject, open(), prefix);
      const { execution, stream } = await beginTask(a);
      const { taskId } = execution;
      const other = b.resubscribe(taskId);
      execution.chunks(100);
      await Promise.all([stream, other].map(async (each) => untilParts(each, 100)));
      const happening = happens(`${prefix}queues:{:unknown:${taskId}}`);
      execution.chunks(100);
      await happening;
      execution.chunks(100).complete();
      const seen = [mergeSeen(await other.ended), mergeSeen(await stream.ended)];
      const stored = await b.stored(taskId);
      return [...seen, { parts: stored?.parts.length ?? 0, state: stored?.state ?? '' }];
    }

    it('brings a task to its end though all connections are killed, again and again', async () => {
      await using server = await startRedisServer({ exclusive: true });
      const seen = await streamThrough(
        () => version.connect(server.url),
        async () => {
          const admin = await connect(server.url);
          for (const type of ['pubsub', 'normal', 'pubsub', 'normal']) {
            await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes']);
          }
          admin.destroy();
        },
      );
      expect(seen).toEqual([ALL, ALL, ALL]);
    });

    it('brings a task to its end though the server is restarted', async () => {
      await using server = await startRedisServer({ persistence: true });
      const seen = await streamThrough(
        () => version.connect(server.url),
        async () => server.restart(),
      );
      expect(seen).toEqual([ALL, ALL, ALL]);
    });

    it('brings a task to its end though its slot is moved to another node', async () => {
      await using cluster = await startRedisCluster();
      const seen = await streamThrough(
        () => version.connectCluster(cluster.urls),
        async (taskKey) => {
          const clients = await Promise.all(cluster.urls.map(connect));
          const slot = (await clients[0]?.clusterKeySlot(taskKey)) ?? 0;
          const counts = clients.map(async (client) => client.clusterCountKeysInSlot(slot));
          const from = cluster.nodes[(await Promise.all(counts)).findIndex((count) => count > 0)];
          for (const client of clients) client.destroy();
          const to = cluster.nodes.find((each) => each !== from);
          if (from === undefined || to === undefined) throw new Error('No nodes');
          await cluster.moveSlot(slot, from, to);
        },
      );
      expect(seen).toEqual([ALL, ALL, ALL]);
    });
  });
}
