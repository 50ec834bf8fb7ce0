import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { A2ARedisError } from '../shared/errors.ts';
import type { RedisClient } from './client-types.ts';
import { createRedisClient } from './create-redis-client.ts';
import { redisRetry, type RedisRetryEvent, type RedisRetryOptions } from './redis-retry.ts';

const unsent = new Error('The client is offline');
const unknown = new Error('Socket closed unexpectedly');
const busy = new Error('LOADING Redis is loading the dataset in memory');
const refused = new Error('WRONGTYPE Operation against a key holding the wrong kind of value');
const closed = new Error('The client is closed');
const mistake = new TypeError('x is not a function');

const quick = { baseDelayMs: 1, maxDelayMs: 1 } as const;

/** Throws the given errors, one for each attempt, and then returns `done`. */
function failing(...errors: readonly Error[]): (attempt: number) => Promise<string> {
  return async (attempt) => {
    const error = errors[attempt - 1];
    if (error !== undefined) throw error;
    return 'done';
  };
}

describe('redisRetry', () => {
  it('returns what the operation returns', async () => {
    expect(await redisRetry(() => 7)).toBe(7);
  });

  it('repeats what was not applied, and tells before each pause', async () => {
    const retries: RedisRetryEvent[] = [];
    const onRetry = (retry: RedisRetryEvent): void => void retries.push(retry);
    expect(await redisRetry(failing(unsent, busy), { ...quick, onRetry })).toBe('done');
    expect(retries).toEqual([
      { attempt: 1, delayMs: 1, error: unsent },
      { attempt: 2, delayMs: 1, error: busy },
    ]);
  });

  it('repeats what may have been applied only when that is harmless', async () => {
    const error = await errorOf(redisRetry(failing(unknown), quick));
    expect([error.code, error.message, error.detail, error.cause]).toEqual([
      'OUTCOME_UNKNOWN',
      'Redis operation, attempt 1: the connection ended before the reply.',
      'Redis operation, attempt 1: Socket closed unexpectedly',
      unknown,
    ]);
    expect(await redisRetry(failing(unknown), { ...quick, idempotent: true })).toBe('done');
  });

  it.each([
    ['COMMAND_FAILED', refused],
    ['CLIENT_CLOSED', closed],
  ])('does not repeat %s', async (code, fault) => {
    const attempts: number[] = [];
    const run = redisRetry(
      (attempt) => {
        attempts.push(attempt);
        throw fault;
      },
      { ...quick, idempotent: true },
    );
    const error = await errorOf(run);
    expect([error.code, error.cause, attempts]).toEqual([code, fault, [1]]);
  });

  it('throws what is no fault of Redis as it is', async () => {
    await expect(redisRetry(failing(mistake), quick)).rejects.toBe(mistake);
    const refusal = new A2ARedisError('INVALID_ARGUMENT', 'taskId must be a non-empty string.');
    await expect(redisRetry(failing(refusal), quick)).rejects.toBe(refusal);
  });

  it('repeats typed errors of the stores by what they mean', async () => {
    const away = new A2ARedisError('UNAVAILABLE', 'Away.');
    const late = new A2ARedisError('DEADLINE_EXCEEDED', 'Late.');
    expect(await redisRetry(failing(away), quick)).toBe('done');
    expect(await redisRetry(failing(late), { ...quick, idempotent: true })).toBe('done');
    await expect(redisRetry(failing(late), quick)).rejects.toBe(late);
  });

  it('ends after its attempts', async () => {
    const errors = [unsent, unsent, busy];
    const error = await errorOf(redisRetry(failing(...errors), { ...quick, attempts: 3 }));
    expect([error.code, error.message, error.detail, error.cause]).toEqual([
      'UNAVAILABLE',
      'Redis operation, attempt 3: Redis could not serve it.',
      'Redis operation, attempt 3: LOADING Redis is loading the dataset in memory',
      busy,
    ]);
  });

  it('never says that nothing was applied when an earlier attempt may have been', async () => {
    const options = { ...quick, attempts: 2, idempotent: true };
    const error = await errorOf(redisRetry(failing(unknown, unsent), options));
    expect([error.code, error.message, error.detail, error.cause]).toEqual([
      'OUTCOME_UNKNOWN',
      'Redis operation, attempt 2, after one whose outcome is unknown: the connection ended before the reply.',
      'Redis operation, attempt 2, after one whose outcome is unknown: The client is offline',
      unsent,
    ]);
  });

  it('ends at its deadline, in an attempt or in a pause', async () => {
    const hanging = (attempt: number): Promise<never> =>
      attempt === 1 ? Promise.reject(unsent) : new Promise<never>(() => {});
    const inAttempt = await errorOf(redisRetry(hanging, { ...quick, deadlineMs: 50 }));
    expect([inAttempt.code, inAttempt.message, inAttempt.cause]).toEqual([
      'DEADLINE_EXCEEDED',
      'Redis operation within 50 ms: no answer in time.',
      unsent,
    ]);
    const always = (): Promise<never> => Promise.reject(unsent);
    const inPause = await errorOf(redisRetry(always, { deadlineMs: 50, attempts: 1000 }));
    expect([inPause.code, inPause.cause]).toEqual(['UNAVAILABLE', unsent]);
  });

  describe('with a signal', () => {
    const reason = new Error('enough');

    it('does not start when it has fired', async () => {
      const signal = AbortSignal.abort(reason);
      const error = await errorOf(redisRetry(() => expect.unreachable(), { signal }));
      expect([error.code, error.cause]).toEqual(['ABORTED', reason]);
    });

    it('ends in a pause', async () => {
      const controller = new AbortController();
      const run = redisRetry(failing(unsent), {
        signal: controller.signal,
        baseDelayMs: 60_000,
        maxDelayMs: 60_000,
        deadlineMs: 600_000,
        onRetry: () => setImmediate(() => controller.abort(reason)),
      });
      const error = await errorOf(run);
      expect([error.code, error.cause]).toEqual(['ABORTED', reason]);
    });

    it('ends in an attempt that does not listen', async () => {
      const controller = new AbortController();
      const run = redisRetry(
        () => {
          setImmediate(() => controller.abort(reason));
          return new Promise<never>(() => {});
        },
        { signal: controller.signal },
      );
      const error = await errorOf(run);
      expect([error.code, error.cause]).toEqual(['ABORTED', reason]);
    });
  });

  it('throws what "onRetry" throws', async () => {
    const onRetry = (): never => {
      throw mistake;
    };
    await expect(redisRetry(failing(unsent), { ...quick, onRetry })).rejects.toBe(mistake);
  });

  it.each([{ attempts: 0 }, { deadlineMs: 0 }, { baseDelayMs: 1.5 }, { maxDelayMs: -1 }])(
    'refuses %j',
    async (options) => {
      const error = await errorOf(redisRetry(() => expect.unreachable(), options));
      expect(error.code).toBe('INVALID_OPTION');
    },
  );

  it.each([
    [null, 'options', 'must be an object'],
    [
      { retries: 3 },
      'retries',
      'is not known; known are idempotent, client, attempts, deadlineMs, baseDelayMs, maxDelayMs, signal, onRetry',
    ],
    [
      { client: {} },
      'client',
      'must be a client of node-redis 5 or 6, such as `await createRedisClient()` gives, not an object without `evalSha` and `eval`',
    ],
    [{ idempotent: 'yes' }, 'idempotent', 'must be true or false'],
    [{ onRetry: 5 }, 'onRetry', 'must be a function'],
    [{ signal: 5 }, 'signal', 'must be an AbortSignal'],
    [{ signal: {} }, 'signal', 'must be an AbortSignal'],
    [{ attempts: null }, 'attempts', 'must be a whole number from 1, not a value of type object'],
  ])('refuses %j by name', async (options, name, problem) => {
    const run = redisRetry(() => expect.unreachable(), options as RedisRetryOptions);
    const error = await errorOf(run);
    expect([error.code, error.message]).toEqual(['INVALID_OPTION', `Option "${name}" ${problem}.`]);
  });

  describe('on a server', () => {
    let server: RedisServer;
    let client: RedisClient;

    beforeAll(async () => {
      server = await startRedisServer({ processControl: true, persistence: true });
      client = await createRedisClient({ url: server.url, onError: () => {} });
    });
    afterAll(async () => {
      client.destroy();
      await server.stop();
    });

    it('outlasts a restart, and applies a write that is safe to repeat', async () => {
      server.pause();
      const attempts: number[] = [];
      const run = redisRetry(
        async (attempt) => {
          attempts.push(attempt);
          return client.set('k', 'v');
        },
        { idempotent: true, deadlineMs: 25_000 },
      );
      // The first attempt is written by then, and not only waiting for a connection.
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
      await server.kill();
      await server.restart();
      expect([await run, await client.get('k')]).toEqual(['OK', 'v']);
      // A server that loads its data still may refuse the second one.
      expect(attempts.slice(0, 2)).toEqual([1, 2]);
      expect(attempts).toEqual(attempts.map((_, index) => index + 1));
    });

    it('outlasts a replica that becomes a master', async () => {
      await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
      const onRetry = (): void => void client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
      expect(await redisRetry(() => client.incr('count'), { onRetry })).toBe(1);
    });
  });
});
