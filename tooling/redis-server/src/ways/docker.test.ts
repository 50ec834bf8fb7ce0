import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { endpointOfUrl, sendCommands } from '../resp.ts';
import { dockerServer } from './docker.ts';

const engine = await promisify(execFile)('docker', ['info'], { timeout: 10_000 }).then(
  () => true,
  () => false,
);

it.runIf(engine)('runs Redis 8 in a container', { timeout: 300_000 }, async () => {
  const server = await dockerServer({ tls: true, config: { maxmemory: '7mb' } });
  if ('unavailable' in server) throw new Error(server.unavailable);
  const endpoint = { ...endpointOfUrl(server.url), tlsCa: server.tlsCa };
  expect(server.source).toBe('docker');
  expect(server.version).toMatch(/^8\./);
  expect(await sendCommands(endpoint, [['PING']])).toEqual(['PONG']);
  await expect(sendCommands({ ...endpoint, password: undefined }, [['PING']])).rejects.toThrow(
    'NOAUTH',
  );
  await expect(server.restart()).rejects.toThrow('impossible for the Redis server from docker');
  expect(() => server.pause()).toThrow('impossible for the Redis server from docker');
  await server.stop();
});

it.runIf(!engine)('says that there is no engine', async () => {
  expect(await dockerServer({})).toEqual({
    unavailable: 'no Docker engine (Could not find a working container runtime strategy)',
  });
});
