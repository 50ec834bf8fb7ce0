import { type ServingReplica, serveReplica } from '@a2a-redis-internal/replicas';
import { createRedisClient } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';

import { CONTEXT, statusOf } from './responses.ts';

/** What a test asks of a process that sends. */
export interface SenderCalls {
  /** Sends statuses of a task, one after the other: as many as the words. */
  send(taskId: string, states: readonly string[]): Promise<void>;
  stats(): Promise<{ readonly delivered: number; readonly stale: number }>;
  errors(): readonly string[];
}

/**
 * A process with a sender, built as it is published. Settings, from the environment: `REDIS_URL`; `PREFIX`, the same for
 * all; `SENDER_OPTIONS`, as JSON; `IS_CLUSTER`, where the URL is that of a node of a cluster.
 */
serveReplica<SenderCalls>({
  async start(): Promise<ServingReplica<SenderCalls>> {
    const { REDIS_URL = '', PREFIX = 'replica:', SENDER_OPTIONS = '{}', IS_CLUSTER } = process.env;
    const errors: string[] = [];
    const onError = (error: Error): void => void errors.push(error.message);
    const client =
      IS_CLUSTER === undefined
        ? await createRedisClient({ url: REDIS_URL, onError })
        : await createRedisClient({ cluster: [REDIS_URL], onError });
    const configs = new RedisPushNotificationConfigStore(client, { prefix: `${PREFIX}configs:` });
    const options: object = JSON.parse(SENDER_OPTIONS);
    const push = new RedisPushNotificationSender(client, configs, {
      ...options,
      onError,
      prefix: `${PREFIX}delivery:`,
    });
    return {
      calls: {
        async send(taskId, states) {
          for (const state of states) await push.send(statusOf(taskId, state), CONTEXT);
        },
        stats: async () => (await push.stats()).attempts,
        errors: () => errors,
      },
      async stop() {
        await push.close();
        await client.close();
      },
    };
  },
});
