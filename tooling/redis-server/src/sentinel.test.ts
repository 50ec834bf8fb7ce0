import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { startRedisSentinel } from './index.ts';
import { infoField } from './info-field.ts';
import type { RedisServer } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import { watchedPrimary } from './sentinel-info.ts';
import { isRunning } from './testing/is-running.ts';

const PARENT = fileURLToPath(new URL('testing/sentinel-parent.ts', import.meta.url));
/** The root's tsx runs the parent, which is TypeScript. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

async function send(server: RedisServer | undefined, ...command: string[]): Promise<string> {
  const [reply = ''] = await sendCommands(endpointOfUrl(server?.url ?? ''), [command]);
  return reply;
}

/** Sets a value and waits until the replica has it: WAIT looks at the writes of its connection. */
async function replicate(
  server: RedisServer | undefined,
  key: string,
  value: string,
): Promise<void> {
  const commands = [
    ['SET', key, value],
    ['WAIT', '1', '0'],
  ];
  expect(await sendCommands(endpointOfUrl(server?.url ?? ''), commands)).toEqual(['OK', '1']);
}

/** Where a server stands: `master`, or whose replica it is. */
async function standing(server: RedisServer | undefined): Promise<string> {
  const info = await send(server, 'INFO', 'replication');
  const [role, port] = [infoField(info, 'role'), infoField(info, 'master_port')];
  return role === 'master' ? role : `replica of ${port}, ${infoField(info, 'master_link_status')}`;
}

function portOf(server: RedisServer | undefined): string {
  return String(endpointOfUrl(server?.url ?? '').port);
}

describe('servers with sentinels', () => {
  it('are a primary and its replica, watched by three who know each other', async () => {
    await using deployment = await startRedisSentinel({ sentinels: 3 });
    const { name, addresses, sentinels, servers } = deployment;
    expect(name).toBe('main');
    expect(sentinels.map(({ url }) => url)).toEqual(
      addresses.map(({ host, port }) => `redis://${host}:${port}`),
    );
    const [primary, replica] = servers;
    expect(await deployment.primary()).toBe(primary);
    const standings = await Promise.all(servers.map(standing));
    expect(standings).toEqual(['master', `replica of ${portOf(primary)}, up`]);
    const seen = await Promise.all(sentinels.map((sentinel) => send(sentinel, 'INFO', 'sentinel')));
    const address = `127.0.0.1:${portOf(primary)}`;
    expect(seen.map(watchedPrimary)).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'ok', address, replicas: 1, sentinels: 3 })),
    );
    await expect(send(replica, 'SET', 'a', '1')).rejects.toThrow('READONLY');
  });

  it('change places in a failover, and keep the data', async () => {
    await using deployment = await startRedisSentinel();
    const [first, second] = deployment.servers;
    await replicate(first, 'a', '1');
    expect(await deployment.failover()).toBe(second);
    expect(await deployment.primary()).toBe(second);
    expect(await send(second, 'GET', 'a')).toBe('1');
    await vi.waitFor(async () => {
      expect(await standing(first)).toBe(`replica of ${portOf(second)}, up`);
    }, 20_000);
  });

  it('promote the replica of a killed primary, which comes back as its replica', async () => {
    await using deployment = await startRedisSentinel({ sentinels: 3 });
    const [first, second] = deployment.servers;
    await replicate(first, 'a', '1');
    await first?.kill();
    expect(await deployment.primary()).toBe(second);
    await send(second, 'SET', 'b', '2');
    await first?.restart();
    await vi.waitFor(async () => {
      expect(await standing(first)).toBe(`replica of ${portOf(second)}, up`);
    }, 20_000);
    const values = [await send(first, 'GET', 'a'), await send(first, 'GET', 'b')];
    expect(values).toEqual(['1', '2']);
  });

  it('are gone after stop, and it can be repeated', async () => {
    const deployment = await startRedisSentinel();
    const all = [...deployment.servers, ...deployment.sentinels];
    const infos = await Promise.all(all.map((server) => send(server, 'INFO', 'server')));
    const folders = infos.map((info) => dirname(infoField(info, 'config_file')));
    expect(folders.map((folder) => existsSync(folder))).toEqual([true, true, true]);
    await Promise.all([deployment.stop(), deployment.stop()]);
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, false]);
    const pids = infos.map((info) => Number(infoField(info, 'process_id')));
    expect(pids.map(isRunning)).toEqual([false, false, false]);
  });

  it('are gone with their folders after the process that started them was killed', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exit = once(parent, 'exit');
    const [line] = await once(createInterface(parent.stdout), 'line');
    const started = String(line)
      .split('|')
      .map((entry) => entry.split(' '))
      .map(([pid = '', confFile = '']) => ({ pid: Number(pid), folder: dirname(confFile) }));
    const left = (): unknown[] =>
      started.flatMap(({ pid, folder }) => [isRunning(pid), existsSync(folder)]);
    expect(left()).toEqual([true, true, true, true, true, true]);
    parent.kill('SIGKILL');
    await exit;
    await vi.waitFor(() => {
      expect(left()).toEqual([false, false, false, false, false, false]);
    }, 20_000);
  });
});
