import { setTimeout as sleep } from 'node:timers/promises';

import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createRedisClient } from '../src/client/create-redis-client.ts';
import { errorOf } from './error-of.ts';
import { handlesBackTo, openHandles } from './open-handles.ts';
import { expectNoUnhandledRejection } from './unhandled-rejections.ts';

/** What fails at once does not wait for this. */
const patient = { connectTimeoutMs: 60_000 };

/** What must hold with either version of node-redis; the test file decides which is `redis`. */
export function createRedisClientSuite(label: string, defaultProtocol: 2 | 3): void {
  describe(`createRedisClient with ${label}`, () => {
    let server: RedisServer;
    expectNoUnhandledRejection();

    beforeAll(async () => {
      server = await startRedisServer({ processControl: true, password: 'p@ss/w?rd#1' });
    });
    afterAll(async () => {
      await server.stop();
    });

    describe('a connection', () => {
      it('is a plain client with the defaults', async () => {
        const client = await createRedisClient({ url: server.url });
        const info = await client.clientInfo();
        await client.close();
        expect([info.name, info.db, info.resp]).toEqual([
          `@a2a-redis/core:${process.pid}`,
          0,
          defaultProtocol,
        ]);
      });

      it.each([2, 3] as const)('has the name, database and protocol %i asked for', async (RESP) => {
        const url = `${server.url}/3`;
        const client = await createRedisClient({ url, name: 'agent-7', RESP, maxConnections: 1 });
        const info = await client.clientInfo();
        await client.close();
        expect([info.name, info.db, info.resp]).toEqual(['agent-7', 3, RESP]);
      });

      it('takes database, user and password as options', async () => {
        const { host } = new URL(server.url);
        const client = await createRedisClient({
          url: `redis://${host}`,
          username: 'default',
          password: 'p@ss/w?rd#1',
          database: 2,
        });
        const info = await client.clientInfo();
        await client.close();
        expect(info.db).toBe(2);
      });

      it('is a pool of the given size', async () => {
        const pool = await createRedisClient({ url: server.url, maxConnections: 3, name: 'pool' });
        await pool.set('k', 'v');
        const observer = await createRedisClient({ url: server.url });
        const named = (await observer.clientList()).filter(({ name }) => name === 'pool');
        await observer.close();
        const size = [pool.totalClients, named.length];
        await pool.close();
        expect(size).toEqual([3, 3]);
      });

      it('goes over a unix socket', async () => {
        await using local = await startRedisServer({ unixSocket: true, password: 'secret' });
        const client = await createRedisClient({ url: `${local.url}?db=4`, password: 'secret' });
        const info = await client.clientInfo();
        await client.close();
        expect(info.db).toBe(4);
      });

      it('goes over TLS when its certificate is trusted, and fails at once when it is not', async () => {
        await using secure = await startRedisServer({ tls: true });
        const tls = { ca: String(secure.tlsCa) };
        const client = await createRedisClient({ url: secure.url, tls });
        const reply = await client.ping();
        await client.close();
        const error = await errorOf(createRedisClient({ url: secure.url, ...patient }));
        expect([reply, error.code]).toEqual(['PONG', 'CONNECT_FAILED']);
        expect(error.message).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used: .*certificate/);
      });
    });

    describe('no connection', () => {
      it('a refused connection ends in a typed error, and leaves nothing open', async () => {
        const gone = await startRedisServer({ exclusive: true });
        await gone.stop();
        const before = openHandles();
        const error = await errorOf(createRedisClient({ url: gone.url, connectTimeoutMs: 1000 }));
        const { host } = new URL(gone.url);
        expect([error.code, error.message]).toEqual([
          'CONNECT_FAILED',
          `No connection to Redis at ${host} within 1000 ms: connect ECONNREFUSED ${host}`,
        ]);
        expect(error.cause).toHaveProperty('code', 'ECONNREFUSED');
        expect(await handlesBackTo(before)).toBe(true);
      });

      it('neither does a server that accepts and never answers, for one client or a pool', async () => {
        await using silent = await startRedisServer({ processControl: true });
        silent.pause();
        const before = openHandles();
        const options = { url: silent.url, connectTimeoutMs: 500 };
        const errors = [
          await errorOf(createRedisClient(options)),
          await errorOf(createRedisClient({ ...options, maxConnections: 3 })),
          await errorOf(createRedisClient({ cluster: [silent.url], connectTimeoutMs: 500 })),
        ];
        const back = await handlesBackTo(before);
        silent.resume();
        const { host } = new URL(silent.url);
        const message = `No connection to Redis at ${host} within 500 ms`;
        expect(errors.map((error) => [error.code, error.message])).toEqual([
          ['CONNECT_FAILED', message],
          ['CONNECT_FAILED', message],
          ['CONNECT_FAILED', message],
        ]);
        expect(back).toBe(true);
      });

      it('neither does an address that swallows packets', async () => {
        const before = openHandles();
        const url = 'redis://192.0.2.1:6379';
        const error = await errorOf(createRedisClient({ url, connectTimeoutMs: 150 }));
        expect(error.code).toBe('CONNECT_FAILED');
        expect(await handlesBackTo(before)).toBe(true);
      });

      it('a wrong password fails at once, and is in no message', async () => {
        const { host } = new URL(server.url);
        const before = openHandles();
        const url = `redis://${host}`;
        const errors = [
          await errorOf(createRedisClient({ url: `redis://:wr0ng@${host}`, ...patient })),
          await errorOf(createRedisClient({ url, password: 'wr0ng', RESP: 2, ...patient })),
          await errorOf(createRedisClient({ url, password: 'wr0ng', RESP: 3, ...patient })),
          await errorOf(
            createRedisClient({ url, password: 'wr0ng', maxConnections: 2, ...patient }),
          ),
        ];
        const reason = 'WRONGPASS invalid username-password pair or user is disabled.';
        const message = `Redis at ${host} cannot be used: ${reason}`;
        expect(errors.map((error) => [error.code, error.message])).toEqual([
          ['CONNECT_FAILED', message],
          ['CONNECT_FAILED', message],
          ['CONNECT_FAILED', message],
          ['CONNECT_FAILED', message],
        ]);
        expect(await handlesBackTo(before)).toBe(true);
      });

      it('a server that starts a little later is waited for', async () => {
        await using late = await startRedisServer({ processControl: true });
        await late.kill();
        const connecting = createRedisClient({ url: late.url, connectTimeoutMs: 30_000 });
        await late.restart();
        const client = await connecting;
        expect(await client.ping()).toBe('PONG');
        await client.close();
      });

      it('a server with too many clients is waited for, within the deadline', async () => {
        await using full = await startRedisServer({ processControl: true });
        const only = await createRedisClient({ url: full.url });
        await only.configSet('maxclients', '1');
        const before = openHandles();
        const error = await errorOf(createRedisClient({ url: full.url, connectTimeoutMs: 1000 }));
        const { host } = new URL(full.url);
        expect([error.code, error.message]).toEqual([
          'CONNECT_FAILED',
          `No connection to Redis at ${host} within 1000 ms: ERR max number of clients reached`,
        ]);
        expect(await handlesBackTo(before)).toBe(true);
        const connecting = Promise.all([
          createRedisClient({ url: full.url, ...patient }),
          createRedisClient({ url: full.url, maxConnections: 2, ...patient }),
        ]);
        const refused = async (): Promise<number> =>
          Number(/rejected_connections:(\d+)/.exec(await only.info('stats'))?.[1]);
        const earlier = await refused();
        while ((await refused()) < earlier + 3) await sleep(5);
        await only.configSet('maxclients', '100');
        const clients = await connecting;
        expect(await Promise.all(clients.map((client) => client.ping()))).toEqual(['PONG', 'PONG']);
        await Promise.all([...clients, only].map((client) => client.close()));
      });

      it('no node of a cluster, no sentinel', async () => {
        const before = openHandles();
        const nobody = { host: '127.0.0.1', port: 1 };
        const errors = await Promise.all([
          errorOf(createRedisClient({ cluster: { rootNodes: [nobody] }, connectTimeoutMs: 3000 })),
          errorOf(
            createRedisClient({
              sentinel: { name: 'main', rootNodes: [nobody] },
              connectTimeoutMs: 3000,
            }),
          ),
        ]);
        const reason = 'within 3000 ms: connect ECONNREFUSED 127.0.0.1:1';
        expect(errors.map((error) => error.message)).toEqual([
          `No connection to Redis at 127.0.0.1:1 ${reason}`,
          `No connection to Redis at 127.0.0.1:1 (sentinels of "main") ${reason}`,
        ]);
        expect(await handlesBackTo(before)).toBe(true);
      });
    });

    it('a cluster is found through any of its nodes, given as URLs or addresses', async () => {
      await using cluster = await startRedisCluster();
      const { hostname, port } = new URL(String(cluster.urls[1]));
      for (const nodes of [
        cluster.urls,
        {
          rootNodes: [
            { host: '127.0.0.1', port: 1 },
            { host: hostname, port: Number(port) },
          ],
        },
      ]) {
        const client = await createRedisClient({ cluster: nodes, onError: () => {} });
        const keys = ['{a}', '{b}', '{c}'];
        for (const key of keys) await client.set(key, `value of ${key}`);
        const values = await Promise.all(keys.map((key) => client.get(key)));
        const masters = client.masters.length;
        await client.close();
        expect([values, masters]).toEqual([keys.map((key) => `value of ${key}`), 3]);
      }
    });

    it('many clients open and close without a trace', async () => {
      const before = openHandles();
      const clients = await Promise.all(
        Array.from({ length: 40 }, () => createRedisClient({ url: server.url })),
      );
      const replies = await Promise.all(clients.map((client) => client.ping()));
      await Promise.all(clients.map((client) => client.close()));
      expect(replies).toEqual(Array.from({ length: 40 }, () => 'PONG'));
      expect(await handlesBackTo(before)).toBe(true);
    });
  });
}
