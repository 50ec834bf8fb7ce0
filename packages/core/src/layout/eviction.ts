import { channel } from 'node:diagnostics_channel';

import { textsReply } from '../redis/reply.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';

/** What is told on the diagnostics channel `a2a-redis:eviction`, once for each client. */
export interface EvictionFound {
  /** The setting `maxmemory-policy`: one that removes any key. */
  readonly policy: string;
  /** The setting `maxmemory`, in bytes. */
  readonly maxMemoryBytes: number;
}

const evictionChannel = channel('a2a-redis:eviction');

const told = new WeakSet<RedisScriptClient>();
const warned = new Set<string>();

/**
 * Tells that a server removes any key when its memory is full, which no package bears: on the diagnostics channel, and
 * by a warning of the process, once for each policy. Policies that remove what expires are for `redisDoctor`: whether
 * they harm depends on options.
 *
 * @param reply That of `probe-layout.lua`.
 */
export function tellEviction(client: RedisScriptClient, reply: unknown): void {
  const [policy = '', limit = ''] = textsReply(reply);
  const maxMemoryBytes = Number(limit);
  if (!policy.startsWith('allkeys-') || maxMemoryBytes === 0 || told.has(client)) return;
  told.add(client);
  const found: EvictionFound = { policy, maxMemoryBytes };
  if (evictionChannel.hasSubscribers) evictionChannel.publish(found);
  if (warned.has(policy)) return;
  warned.add(policy);
  process.emitWarning(
    `Redis removes any key when its memory is full, as its maxmemory-policy is ${policy}: tasks would vanish without ` +
      'an error. Set it to noeviction. redisDoctor() of @a2a-redis/core tells more.',
    { type: 'A2ARedisWarning', code: 'REDIS_EVICTS_ANY_KEY' },
  );
}
