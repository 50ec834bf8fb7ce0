import { readFile } from 'node:fs/promises';

import { planWays } from './plan-ways.ts';
import type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';
import { tryWays } from './try-ways.ts';
import type { Way } from './way.ts';
import { aptGetServer } from './ways/apt-get.ts';
import { dockerServer } from './ways/docker.ts';
import { program } from './ways/program.ts';
import { redisMemoryServer } from './ways/redis-memory-server.ts';
import { serverOfUrl } from './ways/redis-url.ts';

const WAYS: Readonly<Record<RedisServerSource, Way>> = {
  REDIS_URL: () => serverOfUrl(process.env['REDIS_URL'] ?? ''),
  'redis-server': program('redis-server'),
  'valkey-server': program('valkey-server'),
  docker: (options) => dockerServer(options),
  'redis-memory-server': (options) => redisMemoryServer(options),
  'apt-get': aptGetServer,
};

/**
 * Gets a Redis server in the first way that works: `REDIS_URL`, `redis-server` or `valkey-server`
 * on PATH, Docker, redis-memory-server, apt-get. Ways that cannot give what the options ask for are
 * left out.
 *
 * @throws TypeError when the options contradict each other.
 * @throws Error that names every way and what to do when none works, or that holds the end of the
 *   server's log when a server does not start.
 */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (options.tls === true && options.unixSocket === true) {
    throw new TypeError('tls and unixSocket exclude each other');
  }
  const { persistence, processControl = persistence } = options;
  const needs = { ...options, processControl };
  const machine = {
    redisUrl: process.env['REDIS_URL'],
    onlyRedisUrl: (process.env['REDIS_URL_ONLY'] ?? '') !== '',
    userId: process.getuid?.(),
    // Only some Linux systems have it.
    osRelease: await readFile('/etc/os-release', 'utf8').catch(() => ''),
  };
  return tryWays(planWays(needs, machine), WAYS, needs);
}
