import { TRANSPORTS } from '@a2a-redis-internal/agent-server';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type Agents, chunks, startAgents, storedTask, unhandledIn } from './agents.ts';
import { randomOf } from './random.ts';

// Many processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: RedisServer;
let group: Agents;

beforeAll(async () => {
  server = await startRedisServer();
  group = await startAgents(['a', 'b'], server.url);
});
afterAll(async () => {
  await group[Symbol.asyncDispose]();
  await server.stop();
});

const SUBSCRIBERS = 12;
const CHUNKS = 150;

describe('stream on one replica, resubscribe on the other', () => {
  it.each([1, 2, 3])(
    'at random moments of a fast stream: no gap, no duplicate (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const [a, b] = group.agents;
      if (a === undefined || b === undefined) throw new Error('no agents');
      const stream = a.stream(`task; chunks ${CHUNKS} 1; wait end ${seed}; completed`);
      await stream.until(1);
      const subscribers = [];
      for (let count = 0; count < SUBSCRIBERS; count += 1) {
        await stream.until(
          random.integer(stream.seen.length, Math.ceil((CHUNKS * (count + 1)) / SUBSCRIBERS)),
        );
        const transport = random.pick(TRANSPORTS);
        subscribers.push(b.resubscribe(stream.taskId, transport));
      }
      await Promise.all(subscribers.map(async (each) => each.until(1)));
      await a.process.call('open', `end ${seed}`);

      expect(await stream.ended).toEqual(['task working 0', ...chunks(0, CHUNKS), 'completed']);
      for (const subscriber of subscribers) {
        const seen = await subscriber.ended;
        const held = Number(seen[0]?.replace('task working ', ''));
        expect(seen, `seed ${seed}`).toEqual([
          `task working ${held}`,
          ...chunks(held, CHUNKS),
          'completed',
        ]);
      }
      expect(await storedTask(b, stream.taskId)).toEqual({
        state: 'completed',
        parts: Array.from({ length: CHUNKS }, (_, index) => String(index)),
      });
      expect(await unhandledIn(group.agents)).toEqual([]);
    },
  );
});
