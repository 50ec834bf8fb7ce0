import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';

import { redisStore, storeOnRedis } from './redis.ts';
import type { StoreKind } from './store.ts';

/** Both task stores on one server, the one with JSON commands: only there can they be compared. */
export interface JsonServerStores {
  readonly hash: StoreKind;
  readonly json: StoreKind;
}

/** The stores of a server with JSON commands, by names that say where they are. */
export function jsonServerStores(url: string): JsonServerStores {
  return {
    hash: redisStore(url, 'RedisTaskStore, JSON server'),
    json: storeOnRedis(
      url,
      'RedisJSONTaskStore, JSON server',
      (client, prefix) => new RedisJSONTaskStore(client, { prefix }),
    ),
  };
}
