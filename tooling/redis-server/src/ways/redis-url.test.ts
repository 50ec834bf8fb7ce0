import { inspect } from 'node:util';

import { afterEach, expect, it, vi } from 'vitest';

import { startRedisServer } from '../index.ts';
import { endpointOfUrl, sendCommands } from '../resp.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('is used when the options need no server of our own, and is left as it was', async () => {
  await using own = await startRedisServer({ password: 'secret' });
  vi.stubEnv('REDIS_URL', own.url);

  const server = await startRedisServer();
  expect([server.source, server.url, server.version]).toEqual(['REDIS_URL', own.url, own.version]);
  const text = /impossible for the Redis server from REDIS_URL/;
  await expect(server.kill()).rejects.toThrow(text);
  await expect(server.restart()).rejects.toThrow(text);
  expect(() => server.pause()).toThrow(text);
  expect(() => server.resume()).toThrow(text);
  await server.stop();
  expect(await sendCommands(endpointOfUrl(own.url), [['PING']])).toEqual(['PONG']);

  await using other = await startRedisServer({ config: { maxmemory: '1mb' } });
  expect(other.source).not.toBe('REDIS_URL');
  expect(other.url).not.toBe(own.url);
});

it('is not replaced by another when it does not answer, and its password is not shown', async () => {
  vi.stubEnv('REDIS_URL', 'redis://:secret@127.0.0.1:1');
  await expect(startRedisServer()).rejects.toMatchObject({
    message:
      'The server named by REDIS_URL gives no answer to PING: connect ECONNREFUSED 127.0.0.1:1',
    cause: { code: 'ECONNREFUSED' },
  });
});

it.each(['unix:///run/secret.sock', 'secret:6379', 'redis://:secret@host:port'])(
  'is refused where it is no address of TCP, without being shown: %s',
  async (url) => {
    vi.stubEnv('REDIS_URL', url);
    const error: unknown = await startRedisServer().catch((reason: unknown) => reason);
    expect(error).toEqual(
      new Error('REDIS_URL must be a redis:// or rediss:// URL; unix sockets are not supported'),
    );
    expect(inspect(error)).not.toContain('secret');
  },
);
