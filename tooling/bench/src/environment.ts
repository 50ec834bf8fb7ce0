import { availableParallelism } from 'node:os';

import type { RedisServer } from '@a2a-redis-internal/redis-server';
import { createClient } from 'redis';

/** Where a run took place, in words that name no machine. */
export interface Environment {
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  readonly redis: string;
  /** The server with JSON commands and its version; `undefined` where there is none. */
  readonly json: string | undefined;
}

/** Describes this machine and the servers of the run. */
export function describeEnvironment(
  server: Pick<RedisServer, 'version'>,
  json: string | undefined,
): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    node: process.version,
    redis: server.version,
    json,
  };
}

/** Name and version of a server: `Redis 8.2.1`, `Valkey 8.0.1`. */
export async function describeServer(url: string): Promise<string> {
  const client = await createClient({ url }).connect();
  try {
    const info = await client.info('server');
    const [, valkey] = /^valkey_version:(\S+)/m.exec(info) ?? [];
    const [, redis = 'of an unknown version'] = /^redis_version:(\S+)/m.exec(info) ?? [];
    return valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`;
  } finally {
    await client.close();
  }
}
