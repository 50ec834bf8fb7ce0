import { afterEach, expect, test, vi } from 'vitest';

import { warmUpRedis } from './warm-up.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the servers that tests start can be had', async () => {
  expect(await warmUpRedis()).toEqual({ passed: 1, failed: 0 });
});

test('a server that is named and cannot be used is a failure', async () => {
  vi.stubEnv('REDIS_URL', 'unix:///run/redis.sock');
  await expect(warmUpRedis()).rejects.toThrow('REDIS_URL must be');
});
