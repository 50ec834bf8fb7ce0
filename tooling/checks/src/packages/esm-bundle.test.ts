import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';

const run = promisify(execFile);
const APPLICATION = `
  import { createRedisClient } from '@a2a-redis/core';
  import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
  import { RedisTaskStore } from '@a2a-redis/task-store';
  const client = await createRedisClient({ url: process.argv[2] });
  const queues = new RedisStreamsQueueManager(client, { taskStore: new RedisTaskStore(client) });
  console.log(await client.ping());
  await queues.close();
  await client.close();
`;

let server: RedisServer;
let folder: string;

beforeAll(async () => {
  server = await startRedisServer();
  folder = await mkdtemp(join(tmpdir(), 'a2a-redis-bundle-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.stop();
});

/** What the README of core says that a bundle begins with. */
async function documentedBanner(): Promise<string> {
  const core = publicPackages().find(({ name }) => name === '@a2a-redis/core');
  const readme = await readFile(join(core?.folder ?? '', 'README.md'), 'utf8');
  const [, banner] = /--banner:js="([^"]+)"/u.exec(readme) ?? [];
  if (banner === undefined) throw new Error('The README of core names no banner.');
  return banner;
}

test('an application runs as one ESM file that esbuild makes as the README of core says', async () => {
  const streams = publicPackages().find(({ name }) => name === '@a2a-redis/streams-queue');
  const outfile = join(folder, 'app.mjs');
  await build({
    stdin: { contents: APPLICATION, resolveDir: streams?.folder ?? '' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: await documentedBanner() },
    outfile,
    logLevel: 'error',
  });
  const { stdout, stderr } = await run(process.execPath, [outfile, server.url]);
  expect([stdout, stderr]).toEqual(['PONG\n', '']);
});
