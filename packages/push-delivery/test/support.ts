import { StreamResponse, Task, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisClientType } from 'redis';

import { RedisPushNotificationSender, type RedisPushNotificationSenderOptions } from '../src/index.ts';

/** Receivers of tests listen on the loopback interface, which is refused otherwise. */
export const LOOPBACK: RedisPushNotificationSenderOptions = {
  targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.0/8'] },
};

/** Pauses that a test can wait for. */
export const FAST: RedisPushNotificationSenderOptions = {
  ...LOOPBACK,
  lookMs: 50,
  retry: { baseMs: 20, maxMs: 100 },
};

/** A call of a tenant's user. */
export function contextOf(tenant: string, userName = 'ann'): ServerCallContext {
  return new ServerCallContext({
    tenant,
    requestedVersion: '1.0',
    user: { isAuthenticated: true, userName },
  });
}

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = contextOf('acme');

export function configOf(
  taskId: string,
  id: string,
  url: string,
  fields: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig {
  return { tenant: '', id, taskId, url, token: '', authentication: undefined, ...fields };
}

/** A status of a task, as the request handler sends it: `working`, `completed`, … */
export function statusOf(taskId: string, state: string): StreamResponse {
  return StreamResponse.fromJSON({
    statusUpdate: { taskId, contextId: 'c', status: { state: `TASK_STATE_${state.toUpperCase()}` } },
  });
}

/** A chunk of an artifact, as the request handler sends it. */
export function chunkOf(taskId: string, text: string): StreamResponse {
  return StreamResponse.fromJSON({
    artifactUpdate: {
      taskId,
      contextId: 'c',
      append: true,
      artifact: { artifactId: 'a', parts: [{ text }] },
    },
  });
}

/** A task with so many parts in one artifact. */
export function taskOf(taskId: string, state: string, parts = 0): Task {
  return Task.fromJSON({
    id: taskId,
    contextId: 'c',
    status: { state: `TASK_STATE_${state.toUpperCase()}` },
    artifacts: [
      { artifactId: 'a', parts: Array.from({ length: parts }, (_, index) => ({ text: `${index}` })) },
    ],
  });
}

/** A push store and senders that share a random prefix. */
export class Deliveries implements AsyncDisposable {
  readonly prefix = newPrefix();
  readonly configs: RedisPushNotificationConfigStore;
  readonly errors: Error[] = [];
  readonly #client: RedisClientType;
  readonly #senders: RedisPushNotificationSender[] = [];

  constructor(client: RedisClientType) {
    this.#client = client;
    this.configs = new RedisPushNotificationConfigStore(client, { prefix: `${this.prefix}configs:` });
  }

  /** A sender as another process would have it. */
  open(options: RedisPushNotificationSenderOptions = FAST): RedisPushNotificationSender {
    const sender = new RedisPushNotificationSender(this.#client, this.configs, {
      onError: (error) => this.errors.push(error),
      ...options,
      prefix: `${this.prefix}delivery:`,
    });
    this.#senders.push(sender);
    return sender;
  }

  /** The keys of deliveries, without what they all begin with. */
  async keys(): Promise<readonly string[]> {
    const found: string[] = [];
    const prefix = `${this.prefix}delivery:`;
    for await (const keys of this.#client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
      found.push(...keys.map((key) => key.slice(prefix.length)));
    }
    return found.toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#senders.map(async (sender) => sender.close()));
  }
}
