import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';

import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { startRedisServer } from './index.ts';
import { infoField } from './info-field.ts';
import { startLocalServer } from './local-server.ts';
import type { RedisServer } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import { silentServer } from './testing/silent-server.ts';

const REDIS = await findProgram('redis-server');
const COMPILER = await findProgram('cc');

/** Sends one command with a real client, so that the URL is shown to be one that clients read. */
async function send(server: RedisServer, ...command: string[]): Promise<unknown> {
  const { tlsCa } = server;
  const client = createClient({
    url: server.url,
    ...(tlsCa === undefined ? {} : { socket: { tls: true, ca: tlsCa } }),
  });
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

async function folderOf(server: RedisServer): Promise<string> {
  return dirname(infoField(String(await send(server, 'INFO', 'server')), 'config_file'));
}

describe('a server of this machine', () => {
  it('answers on a port of 127.0.0.1 and leaves nothing behind', async () => {
    const server = await startRedisServer({ processControl: true });
    expect(server.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    expect(infoField(String(await send(server, 'INFO', 'server')), 'redis_version')).toBe(
      server.version,
    );
    const folder = await folderOf(server);
    expect(existsSync(folder)).toBe(true);

    await Promise.all([server.stop(), server.stop()]);

    expect(existsSync(folder)).toBe(false);
    await expect(sendCommands(endpointOfUrl(server.url), [['PING']])).rejects.toThrow(
      'ECONNREFUSED',
    );
    await expect(server.restart()).rejects.toThrow('was stopped');
  });

  it('asks for a password of any characters', async () => {
    await using server = await startRedisServer({ password: ' p"a\\ss:@/%é#' });
    expect(await send(server, 'PING')).toBe('PONG');
    const endpoint = { ...endpointOfUrl(server.url), password: undefined };
    await expect(sendCommands(endpoint, [['PING']])).rejects.toThrow('NOAUTH');
  });

  it('listens on a unix socket only', async () => {
    await using server = await startRedisServer({ unixSocket: true, password: 'secret' });
    expect(server.url).toBe(`unix://${server.socketPath}`);
    const client = createClient({ url: server.url, password: 'secret' });
    await client.connect();
    expect(await client.configGet('port')).toEqual({ port: '0' });
    client.destroy();
  });

  it('speaks TLS with a CA of its own and nothing else', async () => {
    await using server = await startRedisServer({ tls: true });
    expect(server.url).toMatch(/^rediss:/);
    expect(await send(server, 'PING')).toBe('PONG');
    const endpoint = endpointOfUrl(server.url);
    await expect(sendCommands(endpoint, [['PING']])).rejects.toThrow('self-signed certificate');
    await expect(sendCommands({ ...endpoint, tls: false }, [['PING']])).rejects.toThrow(
      /closed|ECONNRESET/,
    );
  });

  it('takes directives', async () => {
    const config = { maxmemory: '7mb', 'client-output-buffer-limit': 'pubsub 3mb 2mb 1', save: '' };
    await using server = await startRedisServer({ config });
    const read = await send(server, 'CONFIG', 'GET', 'maxmemory');
    expect(read).toEqual({ maxmemory: String(7 * 1024 * 1024) });
  });

  it('keeps what it acknowledged through kill and restart, with persistence', async () => {
    await using server = await startRedisServer({ persistence: true });
    const { url } = server;
    await send(server, 'SET', 'a', '1');
    await server.kill();
    await expect(sendCommands(endpointOfUrl(url), [['PING']])).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await send(server, 'GET', 'a')).toBe('1');
    await send(server, 'SET', 'a', '2');
    await server.restart();
    expect(server.url).toBe(url);
    expect(await send(server, 'GET', 'a')).toBe('2');
  });

  it('is empty after a restart without persistence', async () => {
    await using server = await startRedisServer({ processControl: true });
    await send(server, 'SET', 'a', '1');
    await server.restart();
    expect(await send(server, 'GET', 'a')).toBe(null);
  });

  it('gives no answer while paused, and can be restarted and stopped then', async () => {
    const server = await startRedisServer({ processControl: true });
    const ping = (): Promise<unknown> => sendCommands(endpointOfUrl(server.url), [['PING']], 300);
    server.pause();
    await expect(ping()).rejects.toThrow('no answer within 300 ms');
    server.resume();
    expect(await ping()).toEqual(['PONG']);
    server.pause();
    await server.restart();
    expect(await ping()).toEqual(['PONG']);
    server.pause();
    await server.stop();
    await expect(ping()).rejects.toThrow('ECONNREFUSED');
  });

  it('says what the server said when it does not start', async () => {
    await expect(startRedisServer({ config: { 'no-such-directive': '1' } })).rejects.toThrow(
      /ended at once.*no-such-directive/s,
    );
    await expect(startRedisServer({ modulePath: '/no/such/module.so' })).rejects.toThrow(
      /ended at once.*\/no\/such\/module\.so/s,
    );
  });

  it.runIf(COMPILER)('loads a module', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probe-module-'));
    try {
      const modulePath = join(folder, 'probe.so');
      const source = fileURLToPath(new URL('testing/probe-module.c', import.meta.url));
      execFileSync(COMPILER ?? '', ['-shared', '-fPIC', '-o', modulePath, source]);
      await using server = await startRedisServer({ modulePath });
      expect(await send(server, 'MODULE', 'LIST')).toMatchObject([{ name: 'probe', ver: 7 }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.runIf(REDIS)('takes another port when its own was taken in between', async () => {
    using other = await silentServer();
    const free = await freePort();
    const ports = [other.port, other.port, free];
    const choosePort = async (): Promise<number> => ports.shift() ?? 0;
    await using server = await startLocalServer(REDIS ?? '', 'redis-server', {}, choosePort);
    expect(server.url).toBe(`redis://127.0.0.1:${free}`);
  });
});
