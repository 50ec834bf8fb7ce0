import type { RedisServer, RedisServerOptions } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { afterEach, beforeEach } from 'vitest';

import { type Started, useServer } from '../shared-server.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** The replicas of one test: of one agent, which shares nothing with those of other tests. */
export class ReplicasInUse {
  readonly #server: Started<RedisServer>;
  #prefix = '';
  #replicas: readonly Replica[] = [];

  constructor(server: Started<RedisServer>) {
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
  serverOptions: RedisServerOptions = {},
): ReplicasInUse {
  const used = new ReplicasInUse(useServer(serverOptions));
  beforeEach(async () => used.start(subject, count, options));
  afterEach(async () => used.stop());
  return used;
}
