import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, vi } from 'vitest';

import type { RedisClient } from '../src/client/client-types.ts';
import { createRedisClient } from '../src/client/create-redis-client.ts';
import { knownRoute } from '../src/layout/publish-route.ts';
import { QueueKeys, type TaskAddress } from '../src/queue-manager/state/queue-keys.ts';
import { RedisTaskStates } from '../src/queue-manager/state/task-state.ts';
import { ScriptRunner } from '../src/redis/script-runner.ts';

/** How long the states stay without an event, in seconds. */
export const RETENTION_SECONDS = 1000;

/** The states of a prefix of its own, and one of its tasks. */
export interface OpenStates {
  readonly states: RedisTaskStates;
  readonly keys: QueueKeys;
  readonly task: TaskAddress;
}

/** A server for the tests of a file, and what they ask of it. */
export class TaskStatesInUse {
  #server: RedisServer | undefined;
  #client: RedisClient | undefined;

  constructor() {
    beforeAll(async () => {
      this.#server = await startRedisServer();
      this.#client = await createRedisClient({ url: this.#server.url });
    });
    afterAll(async () => {
      this.#client?.destroy();
      await this.#server?.stop();
    });
  }

  /** There in tests only. */
  get client(): RedisClient {
    if (this.#client === undefined) throw new TypeError('The server is started before the tests.');
    return this.#client;
  }

  readonly open = (): OpenStates => {
    const keys = new QueueKeys(`${randomUUID()}:`);
    const runner = new ScriptRunner(this.client);
    const states = new RedisTaskStates(runner, keys, knownRoute('PUBLISH'), RETENTION_SECONDS);
    return { states, keys, task: keys.task({ tenant: 't', owner: 'o' }, 'task') };
  };

  /** Hears what is published on a channel while something is done. */
  readonly heard = async (
    channel: string,
    work: () => Promise<unknown>,
  ): Promise<readonly string[]> => {
    const listener = this.client.duplicate();
    await listener.connect();
    try {
      const messages: string[] = [];
      await listener.subscribe(channel, (message) => messages.push(message));
      await work();
      await this.client.publish(channel, 'last');
      await vi.waitUntil(() => messages.at(-1) === 'last');
      return messages.slice(0, -1);
    } finally {
      listener.destroy();
    }
  };
}
