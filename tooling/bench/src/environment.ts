import { availableParallelism } from 'node:os';

import type { RedisServer } from '@a2a-redis-internal/redis-server';

/** Where a run took place, in words that name no machine. */
export interface Environment {
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  readonly redis: string;
}

/** Describes this machine and the Redis server of the run. */
export function describeEnvironment(server: Pick<RedisServer, 'version'>): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    node: process.version,
    redis: server.version,
  };
}
