import { connect } from '@a2a-redis-internal/redis-clients';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll } from 'vitest';

/** Starts a server for the tests of a file, and stops it after them. Gives its URL. */
export function useServer(): () => string {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(async () => server?.stop());
  return () => started(server).url;
}

/** As {@link useServer}; gives a client. */
export function useRedis(): () => RedisClientType {
  const url = useServer();
  let client: RedisClientType | undefined;
  beforeAll(async () => {
    client = await connect(url());
  });
  afterAll(async () => client?.close());
  return () => started(client);
}

/** As {@link useServer}, for a cluster; gives the URL of one of its nodes. */
export function useCluster(): () => string {
  let cluster: RedisCluster | undefined;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => cluster?.stop());
  return () => started(cluster).urls[0] ?? '';
}

function started<T>(used: T | undefined): T {
  if (used === undefined) throw new Error('It is started before the tests.');
  return used;
}
