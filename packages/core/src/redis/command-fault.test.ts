import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  NODE_REDIS_VERSIONS,
  type NodeRedisVersion,
  type TestClient,
} from '../../test/node-redis-versions.ts';
import { commandFault } from './command-fault.ts';

describe.each(NODE_REDIS_VERSIONS)('commandFault: errors of $label', (version) => {
  let server: RedisServer;
  const opened: TestClient[] = [];

  beforeAll(async () => {
    server = await startRedisServer({
      processControl: true,
      config: { 'lua-time-limit': '10', 'enable-debug-command': 'yes' },
    });
  });
  afterAll(async () => {
    for (const client of opened) if (client.isOpen) client.destroy();
    await server.stop();
  });

  async function connected(
    options: Parameters<NodeRedisVersion['createClient']>[0] = {},
  ): Promise<TestClient> {
    const client = version.createClient({ url: server.url, ...options });
    client.on('error', () => {});
    opened.push(client);
    await client.connect();
    return client;
  }

  describe('unsent', () => {
    it('no server at the address', async () => {
      const socket = { host: '127.0.0.1', port: 1, reconnectStrategy: false } as const;
      const client = version.createClient({ socket });
      client.on('error', () => {});
      expect(await faultOf(client.connect())).toEqual(['unsent', 'ECONNREFUSED']);
    });

    it('no such host', async () => {
      const socket = { host: 'nobody.invalid', port: 1, reconnectStrategy: false } as const;
      const client = version.createClient({ socket });
      client.on('error', () => {});
      const [fault] = await faultOf(client.connect());
      expect(fault).toBe('unsent');
    });

    it('no free connection of a pool', async () => {
      const pool = version.createPool(
        { url: server.url },
        { minimum: 1, maximum: 1, acquireTimeout: 20 },
      );
      pool.on('error', () => {});
      await pool.connect();
      const blocked = pool.sendCommand(['BLPOP', 'nothing', '0.2']);
      const [fault] = await faultOf(pool.sendCommand(['PING']));
      await blocked;
      await pool.close();
      expect(fault).toBe('unsent');
    });

    it('a client that keeps no queue while it reconnects', async () => {
      const victim = await startRedisServer({ processControl: true });
      const client = await connected({ url: victim.url, disableOfflineQueue: true });
      await victim.kill();
      await ended(client);
      expect(await faultOf(client.sendCommand(['PING']))).toEqual([
        'unsent',
        'ClientOfflineError: The client is offline',
      ]);
      client.destroy();
      await victim.stop();
    });
  });

  describe('unknown', () => {
    it('a full queue, because commands that a reconnect with one has sent are rejected so too', async () => {
      // The handshake needs room in the same queue.
      const client = await connected({ commandsQueueMaxLength: 8 });
      const held = [client.sendCommand(['BLPOP', 'nothing', '0.05'])];
      while (held.length < 8) held.push(client.sendCommand(['PING']));
      expect(await faultOf(client.sendCommand(['PING']))).toEqual([
        'unknown',
        'Error: The queue is full',
      ]);
      await Promise.all(held);
    });

    it('a server killed before its reply', async () => {
      const victim = await startRedisServer({ processControl: true });
      const client = await connected({ url: victim.url });
      const observer = await connected({ url: victim.url });
      const fault = faultOf(client.sendCommand(['BLPOP', 'nothing', '0']));
      await untilBlocked(observer);
      await victim.kill();
      expect((await fault)[0]).toBe('unknown');
      client.destroy();
      observer.destroy();
      await victim.stop();
    });

    it('a server that is silent for longer than the socket time-out', async () => {
      const client = await connected({ socket: { socketTimeout: 200 } });
      const [fault] = await faultOf(client.sendCommand(['BLPOP', 'nothing', '0']));
      expect(fault).toBe('unknown');
    });

    it('a client destroyed before the reply', async () => {
      const client = await connected();
      const observer = await connected();
      const fault = faultOf(client.sendCommand(['BLPOP', 'nothing', '0']));
      await untilBlocked(observer);
      client.destroy();
      expect(await fault).toEqual(['unknown', 'DisconnectsClientError: Disconnects client']);
    });

    it('a command that was not written in its time, because a migration rejects written ones so', async () => {
      const victim = await startRedisServer({ processControl: true });
      const client = await connected({ url: victim.url, commandOptions: { timeout: 30 } });
      await victim.kill();
      await ended(client);
      expect((await faultOf(client.sendCommand(['PING'])))[0]).toBe('unknown');
      client.destroy();
      await victim.stop();
    });
  });

  describe('busy', () => {
    it('a replica, a replica without its master, and a client unblocked by the change', async () => {
      const client = await connected();
      const blocked = await connected();
      const unblocked = faultOf(blocked.sendCommand(['BLPOP', 'nothing', '0']));
      await untilBlocked(client);
      await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
      await client.sendCommand(['CONFIG', 'SET', 'replica-serve-stale-data', 'no']);
      const masterDown = await faultOf(client.sendCommand(['GET', 'k']));
      await client.sendCommand(['CONFIG', 'SET', 'replica-serve-stale-data', 'yes']);
      const readOnly = await faultOf(client.sendCommand(['SET', 'k', 'v']));
      const script = await faultOf(client.eval("return redis.call('SET', 'k', 'v')"));
      await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
      expect([masterDown, readOnly, script, await unblocked].map(summary)).toEqual([
        'busy MASTERDOWN',
        'busy READONLY',
        'busy READONLY',
        'busy UNBLOCKED',
      ]);
    });

    it('too few replicas', async () => {
      const client = await connected();
      await client.sendCommand(['CONFIG', 'SET', 'min-replicas-to-write', '1']);
      const fault = await faultOf(client.sendCommand(['SET', 'k', 'v']));
      await client.sendCommand(['CONFIG', 'SET', 'min-replicas-to-write', '0']);
      expect(summary(fault)).toBe('busy NOREPLICAS');
    });

    it('another script that runs for too long', async () => {
      const busy = await connected();
      const client = await connected();
      const running = faultOf(busy.eval('while true do end'));
      let fault: readonly [string, string];
      do fault = await faultOf(client.sendCommand(['PING']));
      while (fault[0] === 'none');
      await client.sendCommand(['SCRIPT', 'KILL']);
      expect([summary(fault), (await running)[0]]).toEqual(['busy BUSY', 'refused']);
    });

    it('a node of a cluster whose slots nobody serves', async () => {
      const node = await startRedisServer({ config: { 'cluster-enabled': 'yes' } });
      const client = await connected({ url: node.url });
      const down = await faultOf(client.sendCommand(['SET', 'k', 'v']));
      client.destroy();
      await node.stop();
      expect(summary(down)).toBe('busy CLUSTERDOWN');
    });
  });

  describe('closed', () => {
    it('before connect and after close', async () => {
      const client = version.createClient({ url: server.url });
      client.on('error', () => {});
      const before = await faultOf(client.sendCommand(['PING']));
      await client.connect();
      await client.close();
      const after = await faultOf(client.sendCommand(['PING']));
      const closed = ['closed', 'ClientClosedError: The client is closed'];
      expect([before, after]).toEqual([closed, closed]);
    });
  });

  describe('locked out', () => {
    it('a wrong password, and what is sent without one', async () => {
      await using locked = await startRedisServer({ password: 'old' });
      const client = await connected({ url: locked.url });
      const faults = [await faultOf(client.sendCommand(['AUTH', 'nobody', 'wrong']))];
      await client.sendCommand(['CONFIG', 'SET', 'requirepass', 'new']);
      const refused = new Promise<void>((resolve) => {
        client.on('error', ({ message }) => {
          if (message.startsWith('WRONGPASS')) resolve();
        });
      });
      await faultOf(client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no']));
      await refused;
      // It reconnects, and sends what waits though its password is refused.
      faults.push(await faultOf(client.sendCommand(['PING'])));
      client.destroy();
      expect(faults.map(summary)).toEqual(['locked-out WRONGPASS', 'locked-out NOAUTH']);
    });
  });

  describe('refused', () => {
    it('wrong type, unknown script, no memory, an error of a script', async () => {
      const client = await connected();
      await client.sendCommand(['SET', 'text', 'x']);
      const faults = [
        await faultOf(client.sendCommand(['LPUSH', 'text', 'y'])),
        await faultOf(client.evalSha('0'.repeat(40))),
        await faultOf(client.eval("return redis.error_reply('MINE went wrong')")),
      ];
      await client.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
      faults.push(await faultOf(client.sendCommand(['SET', 'k', 'v'])));
      await client.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
      expect(faults.map(summary)).toEqual([
        'refused WRONGTYPE',
        'refused NOSCRIPT',
        'refused MINE',
        'refused OOM',
      ]);
    });
  });
});

async function faultOf(promise: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await promise;
    return ['none', ''];
  } catch (error) {
    const known = error instanceof Error && 'code' in error ? error.code : undefined;
    const name = error instanceof Error ? `${error.constructor.name}: ${error.message}` : '';
    return [commandFault(error), typeof known === 'string' ? known : name];
  }
}

/** `busy READONLY` of the fault of an error reply. */
function summary([fault, reason]: readonly [string, string]): string {
  return `${fault} ${reason.split(' ')[1] ?? ''}`;
}

async function untilBlocked(client: TestClient): Promise<void> {
  while (!String(await client.sendCommand(['INFO', 'clients'])).includes('blocked_clients:1')) {
    await sleep(5);
  }
}

/** The client has noticed that its server is gone. */
async function ended(client: TestClient): Promise<void> {
  await new Promise<void>((resolve) => {
    client.on('error', () => resolve());
  });
}
