import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished, vi } from 'vitest';

import { findProgram } from '../find-program.ts';
import { startRedisServer } from '../index.ts';
import { createTlsFiles } from '../tls-files.ts';
import { program } from './program.ts';

const REDIS = await findProgram('redis-server');

/** Makes PATH a folder that holds only these programs. */
function onlyOnPath(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(folder, name));
  vi.stubEnv('PATH', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return folder;
}

it.runIf(REDIS)('takes redis-server before valkey-server, and either alone', async () => {
  vi.stubEnv('REDIS_URL', undefined);
  const basics: Record<string, string> = {};
  for (const name of ['sh', 'rm', 'sleep']) basics[name] = (await findProgram(name)) ?? '';
  const redis = REDIS ?? '';

  onlyOnPath({ ...basics, 'redis-server': redis, 'valkey-server': redis });
  await using first = await startRedisServer();
  expect(first.source).toBe('redis-server');

  // Redis under the other name: the two take the same configuration.
  onlyOnPath({ ...basics, 'valkey-server': redis });
  await using second = await startRedisServer();
  expect(second.source).toBe('valkey-server');
  await second.restart();
});

it('says that a program is missing', async () => {
  const folder = onlyOnPath({});
  expect(await program('redis-server')({})).toEqual({ unavailable: 'not on PATH' });
  await expect(createTlsFiles(folder)).rejects.toThrow('needs the openssl command');
});
