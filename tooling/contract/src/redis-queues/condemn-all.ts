import type { RedisClient } from '@a2a-redis/core';

/** Has every replica on a list taken for gone, as others do whose lease outlived theirs. */
export async function condemnAll(client: RedisClient, replicas: string): Promise<void> {
  const names = await client.zRange(replicas, 0, -1);
  await client.zAdd(
    replicas,
    names.map((value) => ({ score: -1, value })),
  );
}
