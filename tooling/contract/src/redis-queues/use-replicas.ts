import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { QueueManagerOptions } from '@a2a-redis/core/kernel';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** The server of the tests of a file. */
export class ServerInUse {
  #server: RedisServer | undefined;

  /** @throws {Error} Outside of tests. */
  get server(): RedisServer {
    if (this.#server === undefined) throw new Error('The server has not been started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  async start(options: RedisServerOptions): Promise<void> {
    this.#server = await startRedisServer(options);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

/** Starts a server before the tests of a file, and stops it after them. */
export function useServer(options: RedisServerOptions = {}): ServerInUse {
  const used = new ServerInUse();
  beforeAll(async () => used.start(options));
  afterAll(async () => used.stop());
  return used;
}

/** The replicas of one test: of one agent, which shares nothing with those of other tests. */
export class ReplicasInUse {
  readonly #server: ServerInUse;
  #prefix = '';
  #replicas: readonly Replica[] = [];

  constructor(server: ServerInUse) {
    this.#server = server;
  }

  get server(): RedisServer {
    return this.#server.server;
  }

  get prefix(): string {
    return this.#prefix;
  }

  get a(): Replica {
    return this.#at(0);
  }

  get b(): Replica {
    return this.#at(1);
  }

  get c(): Replica {
    return this.#at(2);
  }

  /** What the keys of a task's events and state begin with, for calls with `CONTEXT`. */
  taskKey(taskId: string): string {
    return `${this.#prefix}queues:{:unknown:${taskId}}`;
  }

  async start(
    subject: RedisQueueManagerSubject,
    count: number,
    options: QueueManagerOptions,
  ): Promise<void> {
    this.#prefix = newPrefix();
    const starting = Array.from({ length: count }, async () =>
      Replica.start(subject, this.server.url, this.#prefix, options),
    );
    this.#replicas = await Promise.all(starting);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map(async (replica) => replica[Symbol.asyncDispose]()));
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index];
    if (replica === undefined) throw new Error(`No more than ${this.#replicas.length} replicas`);
    return replica;
  }
}

/** Starts a server for the tests of a file, and so many replicas for each of them. */
export function useReplicas(
  subject: RedisQueueManagerSubject,
  count: number,
  options: QueueManagerOptions = {},
): ReplicasInUse {
  const used = new ReplicasInUse(useServer());
  beforeEach(async () => used.start(subject, count, options));
  afterEach(async () => used.stop());
  return used;
}
