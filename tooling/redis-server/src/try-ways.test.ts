import { expect, it } from 'vitest';

import { serverWithoutProcess } from './server-without-process.ts';
import { tryWays } from './try-ways.ts';
import type { PlannedWay, Way } from './way.ts';

const PLAN: readonly PlannedWay[] = [
  { source: 'REDIS_URL', refusal: 'not set' },
  { source: 'redis-server' },
  { source: 'valkey-server' },
  { source: 'docker', refusal: 'without unixSocket' },
  { source: 'redis-memory-server' },
  { source: 'apt-get', refusal: 'not root' },
];

/** Records which ways are tried; `results` are theirs, in order. */
function record(...results: readonly Awaited<ReturnType<Way>>[]): {
  readonly tried: readonly string[];
  readonly ways: Parameters<typeof tryWays>[1];
} {
  const tried: string[] = [];
  const way = (source: string): Way => {
    return async () => results[tried.push(source) - 1] ?? { unavailable: `no ${source} here` };
  };
  return {
    tried,
    ways: {
      REDIS_URL: way('REDIS_URL'),
      'redis-server': way('redis-server'),
      'valkey-server': way('valkey-server'),
      docker: way('docker'),
      'redis-memory-server': way('redis-memory-server'),
      'apt-get': way('apt-get'),
    },
  };
}

it('takes the first way that gives a server', async () => {
  const server = serverWithoutProcess({
    source: 'valkey-server',
    url: 'u',
    version: 'v',
    release: async () => undefined,
  });
  const { tried, ways } = record({ unavailable: 'not on PATH' }, server);
  expect(await tryWays(PLAN, ways, {})).toBe(server);
  expect(tried).toEqual(['redis-server', 'valkey-server']);
});

it('names every way and what to do when none gives one', async () => {
  const { tried, ways } = record();
  const error: unknown = await tryWays(PLAN, ways, {}).catch((reason: unknown) => reason);
  expect(tried).toEqual(['redis-server', 'valkey-server', 'redis-memory-server']);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe(`Error: No Redis server could be had. Tried:
- REDIS_URL: not set
- redis-server: no redis-server here
- valkey-server: no valkey-server here
- docker: without unixSocket
- redis-memory-server: no redis-memory-server here
- apt-get: not root
Do one of these:
- set REDIS_URL to a server for tests (serves only what needs no options)
- install Redis or Valkey, so that redis-server or valkey-server is on PATH
- start a Docker engine
- let redis-memory-server compile Redis: it needs download.redis.io, make and a C compiler
- run as root on Debian or Ubuntu, with a package mirror that answers`);
});

it('does not hide why a server that is there cannot be started', async () => {
  const ways = { ...record().ways, 'redis-server': () => Promise.reject(new Error('bad config')) };
  await expect(tryWays(PLAN, ways, {})).rejects.toThrow('bad config');
});
