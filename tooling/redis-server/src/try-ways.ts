import type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';
import type { PlannedWay, Way } from './way.ts';

/** How an error begins that says that no server can be had. */
export const NO_SERVER = 'No Redis server could be had';

const ADVICE = `Do one of these:
- set REDIS_URL to a server for tests (serves only what needs no options)
- install Redis or Valkey, so that redis-server or valkey-server is on PATH
- start a Docker engine
- let redis-memory-server compile Redis: it needs download.redis.io, make and a C compiler
- run as root on Debian or Ubuntu, with a package mirror that answers`;

/**
 * The server of the first way that gives one.
 *
 * @throws Error that names every way, why it gave none, and what to do.
 */
export async function tryWays(
  plan: readonly PlannedWay[],
  ways: Readonly<Record<RedisServerSource, Way>>,
  options: RedisServerOptions,
): Promise<RedisServer> {
  const reasons: string[] = [];
  for (const { source, refusal } of plan) {
    const result = refusal === undefined ? await ways[source](options) : { unavailable: refusal };
    if (!('unavailable' in result)) return result;
    reasons.push(`- ${source}: ${result.unavailable}`);
  }
  throw new Error(`${NO_SERVER}. Tried:\n${reasons.join('\n')}\n${ADVICE}`);
}
