import { ServerCallContext } from '@a2a-js/sdk/server';
import { MAIN_CHANNELS } from '@a2a-redis/core/shared';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConsumerGroupStrategy, type RedisStreamsEventQueue } from '../../src/index.ts';
import { directQueueKeys } from '../../src/queue/direct-queue-keys.ts';
import { codeOf, enqueue, Peer, takeAll } from './support.ts';

const PLACE = { prefix: 'p:', channels: MAIN_CHANNELS };
const ODD_IDS = [
  'a:b',
  'a',
  ':',
  '{a}',
  '}{',
  '*',
  '?[a-z]',
  '\\',
  'a b',
  'a\nb',
  'a\r\n$1\r\n',
  '😀',
  'é',
  'e\u0301',
  '12345',
  '1e3',
  'null',
  'undefined',
  '__proto__',
  '%3A',
  '~x',
  '\0',
  'x'.repeat(10_000),
  `${'x'.repeat(9999)}y`,
];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

describe('odd ids', () => {
  it('of queues are all different queues', async () => {
    await using peer = await Peer.start(server.url);
    const queues: RedisStreamsEventQueue[] = [];
    for (const id of ODD_IDS) {
      const queue = await peer.queues.createOrTap(id);
      expect(queue.queueId).toBe(id);
      await enqueue(queue, id);
      queues.push(queue);
    }
    for (const [index, queue] of queues.entries()) {
      expect(await takeAll(queue)).toEqual([ODD_IDS[index]]);
    }
  });

  it('of tenants, owners, groups and consumers are all different ones', async () => {
    await using peer = await Peer.start(server.url);
    const found: string[][] = [];
    for (const odd of ODD_IDS) {
      const user = { isAuthenticated: true, userName: odd };
      const context = new ServerCallContext({ tenant: odd, user });
      const consumerConfig = {
        strategy: ConsumerGroupStrategy.CUSTOM,
        groupName: odd,
        consumerName: odd,
      };
      const queue = await peer.queues.createOrTap('q', { context, consumerConfig });
      await enqueue(queue, odd);
      found.push(await takeAll(queue));
      await queue.taskDone();
      await queue.close();
    }
    expect(found).toEqual(ODD_IDS.map((odd) => [odd]));
  });

  it.each(['', '\ud800'])('%j is refused before Redis is asked', async (id) => {
    await using peer = await Peer.start(server.url);
    expect(await codeOf(peer.queues.createOrTap(id))).toBe('INVALID_ARGUMENT');
    expect(await peer.client.keys(`${peer.prefix}*`)).toEqual([]);
  });
});

describe('keys', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });

  it('are one hash slot for a queue, and name no other queue or task', () => {
    fc.assert(
      fc.property(text, text, text, (tenant, owner, id) => {
        const { queueId, name, ...keys } = directQueueKeys(PLACE, { tenant, owner }, id);
        expect(queueId).toBe(id);
        expect(Object.values(keys).map((key) => key.split(/[{}]/u))).toEqual(
          ['state', 'events', 'producers', 'poison', 'wake'].map((part) => [
            'p:',
            name,
            `:${part}`,
          ]),
        );
        // A task's name has three segments.
        expect(name.split(':')).toHaveLength(4);
      }),
    );
  });

  it('differ where tenant, owner or id do', () => {
    const queue = fc.tuple(text, text, text);
    fc.assert(
      fc.property(queue, queue, (left, right) => {
        const [a, b] = [left, right].map(
          ([tenant, owner, id]) => directQueueKeys(PLACE, { tenant, owner }, id).name,
        );
        expect(a === b).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
