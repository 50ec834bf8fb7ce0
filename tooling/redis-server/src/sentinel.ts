import { setTimeout as sleep } from 'node:timers/promises';

import { infoField } from './info-field.ts';
import { messageOf } from './message-of.ts';
import type { RedisServer } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import {
  hasOnlineReplicas,
  isConnectedToSentinels,
  knowsGoodReplica,
  watchedPrimary,
  type WatchedPrimary,
} from './sentinel-info.ts';
import { startRedisServer } from './start-redis-server.ts';

const NAME = 'main';
const DEADLINE_MS = 60_000;
const INTERVAL_MS = 20;

/** For both servers, as each may be the primary. */
const SERVER_CONFIG = {
  // Redis 7 waits five seconds for more replicas before it sends the data to the first.
  'repl-diskless-sync-delay': '0',
};

/**
 * What `SENTINEL DEBUG` sets: sentinels find each other and a server that came back sooner, and one
 * that had no processor for a while does not rest for half a minute.
 */
const HASTE = ['publish-period', '200', 'info-period', '500', 'tilt-trigger', '20000'];

/** Options of {@link startRedisSentinel}. */
export interface RedisSentinelOptions {
  /**
   * Number of sentinels. More than half of them must agree that the primary is down.
   * @default 1, which agrees soonest; 3 are the fewest of which one may fail
   */
  readonly sentinels?: number | undefined;
  /**
   * How long a server gives no answer until it is taken for down, in milliseconds.
   * @default 1000, short for a test and long enough for a busy machine
   */
  readonly downAfterMs?: number | undefined;
}

/** A primary, its replica and their sentinels. Dispose it (`await using`) or call `stop()`. */
export interface RedisSentinel extends AsyncDisposable {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  /** Of the sentinels. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** The sentinels. Each can be killed, restarted and paused. */
  readonly sentinels: readonly RedisServer[];
  /** The first primary and its replica. Each can be killed, restarted and paused. */
  readonly servers: readonly RedisServer[];
  /**
   * The primary: the server that all sentinels name which answer, and that takes itself for one.
   * Waits for it; after the primary was killed that is the promoted replica.
   *
   * @throws Error when there is none within a minute.
   */
  primary(): Promise<RedisServer>;
  /**
   * Makes the sentinels promote the replica while the primary runs, and waits for it.
   *
   * @returns The new primary.
   * @throws Error when there is no replica in step within a minute.
   */
  failover(): Promise<RedisServer>;
  /** Stops every process. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a primary with a replica and sentinels that watch them, and waits until all know each
 * other.
 *
 * @throws Error as {@link startRedisServer} does, or when they do not agree in time.
 */
export async function startRedisSentinel(
  options: RedisSentinelOptions = {},
): Promise<RedisSentinel> {
  const count = options.sentinels ?? 1;
  const started: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const start = async (config: Record<string, string>, sentinel = false): Promise<RedisServer> => {
    const server = await startRedisServer({ processControl: true, sentinel, config });
    started.push(server);
    return server;
  };
  try {
    const primary = await start(SERVER_CONFIG);
    const address = `127.0.0.1 ${endpointOfUrl(primary.url).port}`;
    const replica = await start({ ...SERVER_CONFIG, replicaof: address });
    // A sentinel that starts later sees the replica at once.
    await until('the replica is not in step', async () => {
      const info = await section(primary, 'replication');
      return hasOnlineReplicas(info, 1) ? true : undefined;
    });
    const config = sentinelConfig(address, count, options.downAfterMs ?? 1000);
    const all = await Promise.allSettled(Array.from({ length: count }, () => start(config, true)));
    for (const result of all) if (result.status === 'rejected') throw result.reason;
    const watch = new Watch(started.slice(2), [primary, replica]);
    await watch.hurry();
    await watch.agreement();
    return {
      name: NAME,
      addresses: watch.sentinels.map(({ url }) => ({
        host: '127.0.0.1',
        port: endpointOfUrl(url).port ?? 0,
      })),
      sentinels: watch.sentinels,
      servers: watch.servers,
      primary: () => watch.primary(),
      failover: () => watch.failover(),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sentinelConfig(
  address: string,
  count: number,
  downAfterMs: number,
): Record<string, string> {
  const quorum = Math.floor(count / 2) + 1;
  return {
    'sentinel monitor': `${NAME} ${address} ${quorum}`,
    'sentinel down-after-milliseconds': `${NAME} ${downAfterMs}`,
    // How long a failover may take, and half of the pause before the next attempt.
    'sentinel failover-timeout': `${NAME} 5000`,
  };
}

/** What the sentinels see. */
class Watch {
  readonly sentinels: readonly RedisServer[];
  readonly servers: readonly RedisServer[];

  constructor(sentinels: readonly RedisServer[], servers: readonly RedisServer[]) {
    this.sentinels = sentinels;
    this.servers = servers;
  }

  /** Redis 6 has no such command, and is only slower without. */
  async hurry(): Promise<void> {
    for (const { url } of this.sentinels) {
      const command = ['SENTINEL', 'DEBUG', ...HASTE];
      await sendCommands(endpointOfUrl(url), [command]).catch(() => undefined);
    }
  }

  /** Waits until every sentinel knows the others and the primary, and could promote the replica. */
  async agreement(): Promise<void> {
    const count = this.sentinels.length;
    await until('the sentinels do not agree', async () => {
      const seen = await this.#seen();
      const agree = seen.filter(({ status, sentinels }) => status === 'ok' && sentinels === count);
      const ready = await Promise.all(
        this.sentinels.map(async ({ url }) => {
          const commands = [
            ['SENTINEL', 'REPLICAS', NAME],
            ['SENTINEL', 'SENTINELS', NAME],
          ];
          const [replicas = '', others = ''] = await sendCommands(
            endpointOfUrl(url),
            commands,
            500,
          );
          return knowsGoodReplica(replicas) && isConnectedToSentinels(others, count - 1);
        }),
      );
      return agree.length === count && ready.every(Boolean) ? true : undefined;
    });
  }

  primary(): Promise<RedisServer> {
    return this.#primaryOtherThan(undefined);
  }

  async failover(): Promise<RedisServer> {
    await this.agreement();
    const old = await this.primary();
    const [sentinel] = this.sentinels;
    if (sentinel === undefined) throw new Error('there is no sentinel');
    await sendCommands(endpointOfUrl(sentinel.url), [['SENTINEL', 'FAILOVER', NAME]]);
    return this.#primaryOtherThan(old);
  }

  #primaryOtherThan(old: RedisServer | undefined): Promise<RedisServer> {
    return until('there is no primary', async () => {
      const addresses = new Set((await this.#seen()).map(({ address }) => address));
      if (addresses.size !== 1) return undefined;
      const [address = ''] = addresses;
      const server = this.servers.find(({ url }) => url === `redis://${address}`);
      if (server === undefined || server === old) return undefined;
      const role = infoField(await section(server, 'replication'), 'role');
      return role === 'master' ? server : undefined;
    });
  }

  /** What each sentinel says that answers. */
  async #seen(): Promise<readonly WatchedPrimary[]> {
    const answers = await Promise.allSettled(
      this.sentinels.map(async (sentinel) => watchedPrimary(await section(sentinel, 'sentinel'))),
    );
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }
}

/** A section of INFO. The deadline is short, as what is asked may be paused. */
async function section(server: RedisServer, name: string): Promise<string> {
  const [info = ''] = await sendCommands(endpointOfUrl(server.url), [['INFO', name]], 500);
  return info;
}

/** The first answer that is not undefined. An attempt that fails is one without an answer. */
async function until<T>(problem: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  let reason = 'the last answers did not fit';
  while (Date.now() < deadline) {
    try {
      const answer = await attempt();
      if (answer !== undefined) return answer;
    } catch (error) {
      reason = messageOf(error);
    }
    await sleep(INTERVAL_MS);
  }
  throw new Error(`${problem} within ${DEADLINE_MS} ms: ${reason}`);
}
