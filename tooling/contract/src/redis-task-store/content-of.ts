import type { RedisClientType } from 'redis';

/** Every key under a prefix with what it holds: a hash's fields, a sorted set's members by score, a document. */
export async function contentOf(
  client: RedisClientType,
  prefix: string,
): Promise<Record<string, Record<string, unknown>>> {
  const content: Record<string, Record<string, unknown>> = {};
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    for (const key of keys) content[key] = await valueAt(client, key);
  }
  return content;
}

async function valueAt(client: RedisClientType, key: string): Promise<Record<string, unknown>> {
  const type = await client.type(key);
  switch (type) {
    case 'hash':
      return { ...(await client.hGetAll(key)) };
    case 'zset': {
      const members = await client.zRangeWithScores(key, 0, -1);
      return Object.fromEntries(members.map(({ value, score }) => [value, score]));
    }
    case 'ReJSON-RL':
      return documentAt(client, key);
    default:
      return { type };
  }
}

/** A document as any other client reads it. */
export async function documentAt(
  client: RedisClientType,
  key: string,
): Promise<Record<string, unknown>> {
  const text = await client.sendCommand<string>(['JSON.GET', key]);
  const document: Record<string, unknown> = JSON.parse(text);
  return document;
}
