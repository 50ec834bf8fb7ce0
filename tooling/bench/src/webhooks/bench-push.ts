import { randomUUID } from 'node:crypto';

import { StreamResponse, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import type { RedisClient } from '@a2a-redis/core';
import type { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisPushNotificationSenderOptions } from '@a2a-redis/push-delivery';

import type { BenchReceiver } from './receiver.ts';

/** What the parts of the benchmark run with. */
export interface BenchPush {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly configs: RedisPushNotificationConfigStore;
  /** Answers at once. */
  readonly receiver: BenchReceiver;
}

export const CONTEXT: ServerCallContext = new ServerCallContext({
  tenant: 'bench',
  requestedVersion: '1.0',
  user: { isAuthenticated: true, userName: 'ann' },
});

/** Posts of one process at once, to the one host that there is: the same for all. */
export const AT_ONCE = 32;

/** Options of every sender. */
export const OPTIONS: RedisPushNotificationSenderOptions = {
  targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.1'] },
  concurrency: 2 * AT_ONCE,
  concurrencyPerHost: AT_ONCE,
  posting: { connectionsPerOrigin: AT_ONCE },
};

/** A prefix that nothing else of the run has. */
export function newPrefix({ prefix }: BenchPush): string {
  return `${prefix}${randomUUID()}:`;
}

/** An event with 100 characters. */
export function chunk(taskId: string, text: string): StreamResponse {
  return StreamResponse.fromJSON({
    artifactUpdate: {
      taskId,
      contextId: 'c',
      append: true,
      artifact: { artifactId: 'a', parts: [{ text: text.padEnd(100, '.') }] },
    },
  });
}

export function configOf(taskId: string, url: string): TaskPushNotificationConfig {
  return { tenant: '', id: 'a', taskId, url, token: '', authentication: undefined };
}
