import { connect } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterEach, beforeEach, expect } from 'vitest';

/** What calls to a server that is too old fail with. */
export const TOO_OLD: unknown = tooOld('Redis 6.2 or newer is needed, for a cluster 7, or Valkey');

/** What calls of queue managers to a cluster that is too old fail with. */
export const TOO_OLD_CLUSTER: unknown = tooOld(
  'messages of a cluster need Redis 7 or newer, or Valkey',
);

/** What a call on a server that is too old comes to: see {@link OldServer.refused}. */
export const REFUSED: unknown = { refusals: [TOO_OLD, TOO_OLD], keys: 0 };

function tooOld(needed: string): unknown {
  const message = `This Redis server is too old: ${needed}.`;
  return expect.objectContaining({ name: 'A2ARedisError', code: 'SERVER_UNSUPPORTED', message });
}

/** A server that lacks what came with a version of Redis, and a client of it, for each test of a suite. */
export class OldServer {
  #server: RedisServer | undefined;
  #client: RedisClientType | undefined;

  /**
   * Made in the suite.
   *
   * @param lacking What came with Redis 6.2, or 7.
   */
  constructor(lacking: 'GETDEL' | 'SPUBLISH' = 'GETDEL') {
    beforeEach(async () => {
      this.#server = await startRedisServer({ config: { 'rename-command': `${lacking} ""` } });
      this.#client = await connect(this.#server.url);
    });
    afterEach(async () => {
      this.#client?.destroy();
      await this.#server?.stop();
    });
  }

  /** There in tests only; no call was made with it. */
  get client(): RedisClientType {
    if (this.#client === undefined) throw new TypeError('The server is started before the test.');
    return this.#client;
  }

  /** What a call is refused with that is made twice, and how many keys there are then. */
  async refused(call: () => Promise<unknown>): Promise<{ refusals: unknown[]; keys: number }> {
    const refusals: unknown[] = [];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      refusals.push(await call().catch((error: unknown) => error));
    }
    return { refusals, keys: await this.client.dbSize() };
  }
}
