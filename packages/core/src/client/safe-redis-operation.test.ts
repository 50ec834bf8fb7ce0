import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { A2ARedisError } from '../shared/errors.ts';
import type { RedisClient } from './client-types.ts';
import { createRedisClient } from './create-redis-client.ts';
import {
  type RedisResult,
  safeRedisOperation,
  type SafeRedisOperationOptions,
} from './safe-redis-operation.ts';

describe('safeRedisOperation', () => {
  let server: RedisServer;
  let client: RedisClient;

  beforeAll(async () => {
    server = await startRedisServer({ processControl: true });
    client = await createRedisClient({ url: server.url, onError: () => {}, commandTimeoutMs: 100 });
  });
  afterAll(async () => {
    if (client.isOpen) client.destroy();
    await server.stop();
  });

  it('returns the value, also where that is null', async () => {
    await client.set('k', 'v');
    expect(await safeRedisOperation(() => client.get('k'))).toEqual({ ok: true, value: 'v' });
    expect(await safeRedisOperation(() => client.get('none'))).toEqual({ ok: true, value: null });
  });

  it('returns a refusal as a fault, not as a value', async () => {
    const result = await safeRedisOperation(() => client.lPush('k', 'x'), { name: 'Queueing' });
    expect(codeAndTexts(result)).toEqual([
      'COMMAND_FAILED',
      'Queueing: Redis refused it.',
      'Queueing: WRONGTYPE Operation against a key holding the wrong kind of value',
    ]);
  });

  it('does not wait for a server that is silent', async () => {
    server.pause();
    const result = await safeRedisOperation(() => client.get('k'), { deadlineMs: 50 });
    server.resume();
    expect(codeAndTexts(result)).toEqual([
      'DEADLINE_EXCEEDED',
      'Redis operation within 50 ms: no answer in time.',
    ]);
  });

  it('tells what may have been applied from what was not', async () => {
    server.pause();
    const written = safeRedisOperation(() => client.set('k', 'v'));
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
    await server.kill();
    const unwritten = await safeRedisOperation(() => client.get('k'));
    const nobody = { host: '127.0.0.1', port: 1 };
    const unsent = await safeRedisOperation(() =>
      createRedisClient({ cluster: { rootNodes: [nobody] }, connectTimeoutMs: 100 }),
    );
    await server.restart();
    expect([await written, unwritten, unsent].map((result) => codeAndTexts(result)[0])).toEqual([
      'OUTCOME_UNKNOWN',
      'OUTCOME_UNKNOWN',
      'CONNECT_FAILED',
    ]);
  });

  it('returns typed errors of the operation as they are', async () => {
    const error = new A2ARedisError('CORRUPT_RECORD', 'Key "k" is corrupt.');
    const result = await safeRedisOperation(() => Promise.reject(error));
    expect(result).toEqual({ ok: false, error });
  });

  it('throws what is no fault of Redis, also when the operation throws at once', async () => {
    const mistake = new TypeError('x is not a function');
    const run = safeRedisOperation(() => {
      throw mistake;
    });
    await expect(run).rejects.toBe(mistake);
  });

  it('refuses a deadline that is none', async () => {
    await expect(safeRedisOperation(() => 1, { deadlineMs: 0 })).rejects.toHaveProperty(
      'message',
      'Option "deadlineMs" must be a whole number from 1 to 2147483647, not 0.',
    );
  });

  it.each([
    [null, 'options', 'must be an object'],
    [{ deadline: 5 }, 'deadline', 'is not known; known are deadlineMs, name'],
    [{ name: 5 }, 'name', 'must be a non-empty string'],
    [
      { deadlineMs: '5' },
      'deadlineMs',
      'must be a whole number from 1 to 2147483647, not a value of type string',
    ],
  ])('refuses %j by name', async (options, name, problem) => {
    const run = safeRedisOperation(
      () => expect.unreachable(),
      options as unknown as SafeRedisOperationOptions,
    );
    const error = await errorOf(run);
    expect([error.code, error.message]).toEqual(['INVALID_OPTION', `Option "${name}" ${problem}.`]);
  });

  it('says that a client is closed', async () => {
    await client.close();
    const result = await safeRedisOperation(() => client.get('k'));
    expect(codeAndTexts(result)).toEqual([
      'CLIENT_CLOSED',
      'Redis operation: the client is closed.',
      'Redis operation: The client is closed',
    ]);
  });
});

/** Of a failure; its detail, too, where it has one. */
function codeAndTexts(result: RedisResult<unknown>): readonly string[] {
  if (result.ok) return ['fine'];
  const { code, message, detail } = result.error;
  return [code, message, ...(detail === undefined ? [] : [detail])];
}
