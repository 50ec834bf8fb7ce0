import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { findProgram } from '../find-program.ts';
import { silentServer } from '../testing/silent-server.ts';
import { redisMemoryServer } from './redis-memory-server.ts';

const REDIS = await findProgram('redis-server');
const downloads = mkdtempSync(join(tmpdir(), 'downloads-'));

beforeEach(() => {
  vi.stubEnv('REDISMS_DOWNLOAD_DIR', downloads);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(downloads, { recursive: true, force: true });
});

it.runIf(REDIS)('starts the program that redis-memory-server names', async () => {
  vi.stubEnv('REDISMS_SYSTEM_BINARY', REDIS);
  const server = await redisMemoryServer({ password: 'secret' });
  if ('unavailable' in server) throw new Error(server.unavailable);
  expect(server.source).toBe('redis-memory-server');
  await server.restart();
  await server.stop();
});

it('reports a download that fails', async () => {
  vi.stubEnv('REDISMS_DOWNLOAD_URL', 'https://127.0.0.1:1/redis.tar.gz');
  const result = await redisMemoryServer({});
  expect('unavailable' in result && result.unavailable).toContain('ECONNREFUSED');
});

it('gives up at its deadline', async () => {
  using silent = await silentServer();
  vi.stubEnv('REDISMS_DOWNLOAD_URL', `https://127.0.0.1:${silent.port}/redis.tar.gz`);
  const result = await redisMemoryServer({}, 1000);
  expect(result).toEqual({ unavailable: 'not ready within 1000 ms' });
});
