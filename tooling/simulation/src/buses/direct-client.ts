import type { RedisScriptClient, ScriptCallOptions } from '@a2a-redis/core/shared';
import { ErrorReply } from 'redis';

import { bytesOf, textOf } from '../redis/bytes.ts';
import { RedisReplyError, type Reply } from '../redis/reply.ts';
import type { SimulatedRedis } from '../redis/simulated-redis.ts';

/** A client of a server in the same process: a call is done at once, or once the server is back. */
export class DirectClient implements RedisScriptClient {
  readonly #redis: SimulatedRedis;
  readonly #waiting: (() => void)[] = [];
  #isAway = false;

  constructor(redis: SimulatedRedis) {
    this.#redis = redis;
  }

  async evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#call('EVALSHA', sha1, options);
  }

  async eval(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#call('EVAL', script, options);
  }

  /** From now on calls wait. */
  goAway(): void {
    this.#isAway = true;
  }

  /** Does what waits, and from now on each call at once. */
  comeBack(): void {
    this.#isAway = false;
    for (const call of this.#waiting.splice(0)) call();
  }

  async #call(
    command: 'EVAL' | 'EVALSHA',
    script: string,
    { keys = [], arguments: args = [] }: ScriptCallOptions = {},
  ): Promise<Reply> {
    if (this.#isAway) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    try {
      const call = [command, script, String(keys.length), ...keys, ...args];
      return textReply(this.#redis.execute(call.map(bytesOf)));
    } catch (error) {
      throw error instanceof RedisReplyError ? new ErrorReply(error.message) : error;
    }
  }
}

/** A reply as clients hand it on: texts, not bytes. */
function textReply(reply: Reply): Reply {
  if (typeof reply === 'string') return textOf(reply);
  return Array.isArray(reply) ? reply.map(textReply) : reply;
}
