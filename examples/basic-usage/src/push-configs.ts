import { randomBytes } from 'node:crypto';

import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { A2ARedisError, type RedisClient } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { webhookConfigCheck } from '@a2a-redis/push-delivery';

import { caller } from './caller.ts';

const PREFIX = 'basic-usage:push:';

export async function showPushConfigs(redis: RedisClient): Promise<void> {
  // Without `encryption` the configs, and the secrets in them, are stored as plain text. Keep real
  // keys in a secret store: what was encrypted with a lost key is lost.
  // Without `checkConfig` a client can make the agent post to what only the agent can reach.
  const store = new RedisPushNotificationConfigStore(redis, {
    prefix: PREFIX,
    encryption: { keys: [{ id: '2025', key: randomBytes(32) }] },
    checkConfig: webhookConfigCheck(),
  });
  const alice = caller('alice');
  console.log('RedisPushNotificationConfigStore');

  await store.save('trip-1', alice, webhook('phone', 'https://example.com/webhook'));
  console.log('  saved    phone');

  try {
    await store.save('trip-1', alice, webhook('metadata', 'https://169.254.169.254/latest/'));
  } catch (error) {
    // The SDK's own error: the client is told that its parameters are wrong.
    if (!(error instanceof RequestMalformedError)) throw error;
    console.log(`  refused  metadata: ${error.message}`);
  }

  for (const { id, url, token } of await store.load('trip-1', alice)) {
    console.log(`  loaded   ${id}: ${url} with ${token}`);
  }

  const isReadable = (await readRecords(redis)).some((text) => text.includes('a-secret-token'));
  console.log(`  stored   with the token ${isReadable ? 'in plain text' : 'encrypted'}`);

  // To change keys, put the new one first and keep the old one for what it encrypted. A store
  // without the old key refuses, instead of answering that there are no configs.
  const stranger = new RedisPushNotificationConfigStore(redis, {
    prefix: PREFIX,
    encryption: { keys: [{ id: '2026', key: randomBytes(32) }] },
  });
  try {
    await stranger.load('trip-1', alice);
  } catch (error) {
    if (!(error instanceof A2ARedisError)) throw error;
    console.log(`  refused  ${error.code}`);
  }

  await store.delete('trip-1', alice);
  console.log(`  deleted  ${(await store.load('trip-1', alice)).length} left`);
}

/** A config of `trip-1`. */
function webhook(id: string, url: string): TaskPushNotificationConfig {
  const token = 'a-secret-token';
  return { tenant: '', id, taskId: 'trip-1', url, token, authentication: undefined };
}

/** All that is stored below the prefix, to look for the secret in. */
async function readRecords(redis: RedisClient): Promise<readonly string[]> {
  const records: string[] = [];
  for await (const keys of redis.scanIterator({ MATCH: `${PREFIX}*` })) {
    for (const key of keys) records.push(...(await redis.hVals(key)));
  }
  return records;
}
