import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { findProgram } from './find-program.ts';
import { startRedisJsonCluster, startRedisJsonServer, startRedisServer } from './index.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';

const REDIS = await findProgram('redis-server');

beforeEach(() => {
  vi.stubEnv('REDIS_JSON_URL', '');
  vi.stubEnv('REDIS_JSON_MODULE', '');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

it('does not take a server without JSON commands for one that has them, and leaves it running', async () => {
  await using plain = await startRedisServer({ password: 'secret' });
  vi.stubEnv('REDIS_JSON_URL', plain.url);
  await expect(startRedisJsonServer()).rejects.toThrow(
    'The server of REDIS_JSON_URL has no JSON commands',
  );
  expect(await sendCommands(endpointOfUrl(plain.url), [['PING']])).toEqual(['PONG']);
});

it('says in which ways no process of our own can be had', async () => {
  const expected = {
    unavailable: 'a process of our own with JSON commands needs REDIS_JSON_MODULE',
  };
  expect(await startRedisJsonServer({ processControl: true })).toEqual(expected);
  expect(await startRedisJsonServer({ persistence: true })).toEqual(expected);
  expect(await startRedisJsonServer({ config: {} })).toEqual(expected);
  expect(await startRedisJsonCluster()).toEqual(expected);
});

it.runIf(REDIS)('says what each program said to a module that it cannot load', async () => {
  vi.stubEnv('REDIS_JSON_MODULE', '/no/such/module.so');
  await expect(startRedisJsonServer()).rejects.toThrow(
    /No server took the module of REDIS_JSON_MODULE:\n- redis-server: .*\n- valkey-server: /s,
  );
});
