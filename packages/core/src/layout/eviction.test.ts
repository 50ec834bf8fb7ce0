import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';

import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient, type RedisClientType } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ScriptRunner } from '../redis/script-runner.ts';
import { ServerLayout } from './server-layout.ts';

let told: unknown[];
let warnings: Error[];
const onTold = (news: unknown): void => void told.push(news);
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  told = [];
  warnings = [];
  subscribe('a2a-redis:eviction', onTold);
  process.on('warning', onWarning);
});
afterEach(() => {
  unsubscribe('a2a-redis:eviction', onTold);
  process.off('warning', onWarning);
});

async function findLayouts(
  config: Readonly<Record<string, string>>,
  clients: number,
  user?: string,
): Promise<void> {
  await using server = await startRedisServer({ config });
  for (let count = 0; count < clients; count += 1) {
    const client: RedisClientType = createClient({
      url: server.url,
      ...(user === undefined ? {} : { username: user, password: 'any' }),
    });
    await client.connect();
    const layouts = [1, 2].map(
      () => new ServerLayout(client, new ScriptRunner(client), randomUUID()),
    );
    // At once, so that each asks.
    expect(await Promise.all(layouts.map(async (layout) => layout.find()))).toEqual([
      'single',
      'single',
    ]);
    client.destroy();
  }
}

describe('a server that removes keys when its memory is full', () => {
  it('is told once for each client, and warned of once for each policy', async () => {
    const warned = once(process, 'warning');
    await findLayouts({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' }, 2);
    await warned;
    const found = { policy: 'allkeys-lru', maxMemoryBytes: 104_857_600 };
    expect(told).toEqual([found, found]);
    expect(warnings).toEqual([
      expect.objectContaining({
        name: 'A2ARedisWarning',
        code: 'REDIS_EVICTS_ANY_KEY',
        message:
          'Redis removes any key when its memory is full, as its maxmemory-policy is allkeys-lru: tasks would vanish ' +
          'without an error. Set it to noeviction. redisDoctor() of @a2a-redis/core tells more.',
      }),
    ]);
  });

  it.each([
    ['has no limit', { 'maxmemory-policy': 'allkeys-lfu' }],
    ['removes what expires', { maxmemory: '100mb', 'maxmemory-policy': 'volatile-lru' }],
    ['removes nothing', { maxmemory: '100mb' }],
  ])('is not warned of where it %s', async (_name, config) => {
    await findLayouts(config, 1);
    expect([told, warnings]).toEqual([[], []]);
  });

  it('is not known to a user who may not ask, and serves it all the same', async () => {
    const config = {
      maxmemory: '100mb',
      'maxmemory-policy': 'allkeys-random',
      user: 'agent on nopass ~* +evalsha +eval',
    };
    await findLayouts(config, 1, 'agent');
    expect([told, warnings]).toEqual([[], []]);
  });
});
