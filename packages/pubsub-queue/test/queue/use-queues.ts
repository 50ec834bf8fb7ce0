import { randomUUID } from 'node:crypto';

import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

import type { RedisPubSubEventQueue } from '../../src/queue/redis-pubsub-event-queue.ts';
import {
  RedisPubSubQueueManager,
  type RedisPubSubQueueManagerOptions,
} from '../../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from '../chunk-of.ts';

/** Queue managers of one prefix, for the tests of one file. */
export class QueueManagers {
  errors: Error[] = [];
  prefix = '';
  readonly #managers: RedisPubSubQueueManager[] = [];
  #clients: readonly RedisClient[] = [];
  #server: RedisServer | undefined;

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** A client for what a test does beside the queues. */
  get client(): RedisClient {
    const [client] = this.#clients;
    if (client === undefined) throw new Error('No client');
    return client;
  }

  /** The queue manager of another process, as far as queues can tell: with a connection of its own. */
  open(options: RedisPubSubQueueManagerOptions = {}): RedisPubSubQueueManager {
    const client = this.#clients[this.#managers.length % this.#clients.length] ?? this.client;
    const { prefix } = this;
    const onError = (error: Error): void => void this.errors.push(error);
    const manager = new RedisPubSubQueueManager(client, { prefix, onError, ...options });
    this.#managers.push(manager);
    return manager;
  }

  async start(): Promise<void> {
    const server = await startRedisServer({ exclusive: true });
    this.#server = server;
    this.#clients = await Promise.all(
      [1, 2].map(async () => createRedisClient({ url: server.url })),
    );
  }

  begin(): void {
    this.prefix = `${randomUUID()}:`;
    this.errors = [];
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#managers.splice(0).map(async (manager) => manager.close()));
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#server?.stop();
  }
}

/** Starts a server for the tests of a file, and a prefix for each. */
export function useQueues(): QueueManagers {
  const managers = new QueueManagers();
  beforeAll(async () => managers.start());
  afterAll(async () => managers.stop());
  beforeEach(() => {
    managers.begin();
  });
  afterEach(async () => managers.closeAll());
  return managers;
}

/** Reads so many events, as texts. */
export async function read(queue: RedisPubSubEventQueue, count: number): Promise<unknown[]> {
  const texts: unknown[] = [];
  while (texts.length < count) texts.push(textOf(await queue.dequeueEvent()));
  return texts;
}

export async function enqueue(queue: RedisPubSubEventQueue, ...texts: string[]): Promise<void> {
  await Promise.all(texts.map(async (text) => queue.enqueueEvent(chunkOf(text))));
}

/** Matches an error with a code. */
export function code(value: string): unknown {
  return expect.objectContaining({ code: value });
}
