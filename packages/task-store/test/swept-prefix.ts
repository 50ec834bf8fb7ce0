import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  type CallHooks,
  CONTEXT,
  toldLayout,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { RedisClientType, RedisClusterType } from 'redis';
import { vi } from 'vitest';

import { RedisTaskStore, type RedisTaskStoreOptions } from '../src/index.ts';

/** The scope of {@link CONTEXT} as it is noted. */
export const SCOPE = '["acme","ann"]';

/** The member of the task that {@link SweptPrefix.sweep} saves. */
const SWEEPER = '2d39122ayo0sweeper';

/** What stores with `ttlSeconds` keep under one prefix, and the passing of time there. */
export class SweptPrefix {
  readonly prefix: string = newPrefix();
  /** The scopes by when to look at them. */
  readonly due: string = `${this.prefix}{scopes}:due`;
  /** Until when scopes stay noted. */
  readonly noted: string = `${this.prefix}{scopes}:noted`;
  readonly #client: RedisClientType | RedisClusterType;

  constructor(client: RedisClientType | RedisClusterType) {
    this.#client = client;
  }

  record(id: string): string {
    return `${this.prefix}{acme:ann:${id}}`;
  }

  index(name: string): string {
    return `${this.prefix}{acme:ann}:${name}`;
  }

  /** A store as another process has it: it shares nothing with the others. */
  store(options?: RedisTaskStoreOptions, on: RedisScriptClient = this.#client): RedisTaskStore {
    return new RedisTaskStore(on, {
      prefix: this.prefix,
      ttlSeconds: 1000,
      // Told, as tests count calls.
      layout: toldLayout(on),
      ...options,
    });
  }

  /** Makes all as it will be when the time of the tasks is up: their records gone, the note old. */
  async timePasses(ids: readonly string[], scope: string = SCOPE): Promise<void> {
    for (const id of ids) {
      await this.#client.del(this.record(id));
      await this.#client.zAdd(this.index('expiry'), { value: id, score: 1 });
    }
    await vi.waitUntil(async () => this.#client.hExists(this.noted, scope));
    await this.#client.zAdd(this.due, { value: scope, score: 1 });
    await this.#client.hSet(this.noted, scope, '1');
  }

  /**
   * Sweeps to the end, as the first save of a process does. The task that is saved does not expire,
   * so that it is not noted.
   */
  async sweep({ before, after }: CallHooks = {}): Promise<void> {
    let ended = false;
    const client = watchedClient(this.#client, {
      ...(before && { before }),
      after: async (call, reply) => {
        await after?.(call, reply);
        // Only a claim that brings nothing is answered so.
        ended ||= call.keys[0] === this.due && Array.isArray(reply) && reply.length === 0;
      },
    });
    await this.store({ ttlAppliesTo: 'terminal' }, client).save(taskOf('sweeper'), CONTEXT);
    await vi.waitUntil(() => ended);
  }

  /** What there is when only the task of {@link sweep} is stored: sorted keys, members of each set. */
  get sweptKeys(): Record<string, string[] | string> {
    const sets = ['tasks', 'tasks:c:context', 'tasks:c:context:s:2', 'tasks:s:2'];
    return {
      [this.record('sweeper')]: 'record',
      [this.index('rows')]: ['sweeper'],
      ...Object.fromEntries(sets.map((set) => [this.index(set), [SWEEPER]])),
    };
  }
}

/** Every key with its members in the form of {@link SweptPrefix.sweptKeys}. */
export function membersOf(
  content: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, string[] | string> {
  return Object.fromEntries(
    Object.entries(content).map(([key, members]) => [
      key,
      'i' in members ? 'record' : Object.keys(members).toSorted(),
    ]),
  );
}
