import type { RedisClient } from '@a2a-redis/core';

/** All keys of a prefix, sorted. */
export async function keysOf(client: RedisClient, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const reply: unknown = await client.sendCommand(['SCAN', cursor, 'MATCH', `${prefix}*`]);
    const [next, found] = reply as [string, string[]];
    keys.push(...found);
    cursor = next;
  } while (cursor !== '0');
  return keys.toSorted();
}
