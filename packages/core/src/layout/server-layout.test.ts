import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { createClient, createClientPool, createCluster, type RedisClientType } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { RedisScriptClient } from '../redis/script-client.ts';
import { runCommand } from '../redis/run-command.ts';
import { ScriptRunner } from '../redis/script-runner.ts';
import { defineScript } from '../redis/script.ts';
import { routeByLayout } from './publish-route.ts';
import { ServerLayout } from './server-layout.ts';

let server: RedisServer;
/** One node that serves all slots. */
let cluster: RedisCluster;
const clients: { destroy(): void }[] = [];
let told: unknown[];
const onFound = (news: unknown): void => void told.push(news);

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster({ nodes: 1 })]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});
beforeEach(() => {
  told = [];
  subscribe('a2a-redis:layout', onFound);
});
afterEach(() => {
  unsubscribe('a2a-redis:layout', onFound);
  for (const client of clients.splice(0)) client.destroy();
});

async function clientOf({ url }: { readonly url: string }): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

function layoutOf(client: RedisScriptClient, option?: 'single' | 'cluster' | 'auto'): ServerLayout {
  return new ServerLayout(client, new ScriptRunner(client), randomUUID(), option);
}

function node(): RedisServer {
  const [only] = cluster.nodes;
  if (only === undefined) throw new Error('No node');
  return only;
}

describe('ServerLayout', () => {
  it('of a plain client is what its server has', async () => {
    const [single, slots] = [layoutOf(await clientOf(server)), layoutOf(await clientOf(node()))];
    expect([single.known, slots.known]).toEqual([undefined, undefined]);
    expect([await single.find(), await slots.find()]).toEqual(['single', 'cluster']);
    expect([single.known, slots.known]).toEqual(['single', 'cluster']);
  });

  it('is found once for a client, and told', async () => {
    const client = await clientOf(node());
    await layoutOf(client).find();
    const another = layoutOf(client);
    expect(another.known).toBe('cluster');
    await another.find();
    expect(told).toEqual([{ layout: 'cluster', foundBy: 'server' }]);
  });

  it('of a pool is what its server has', async () => {
    const pool = createClientPool({ url: node().url });
    await pool.connect();
    clients.push(pool);
    expect(await layoutOf(pool).find()).toBe('cluster');
  });

  it('of a cluster client is known without a server', () => {
    const client = createCluster({ rootNodes: [{ url: node().url }] });
    expect(layoutOf(client).known).toBe('cluster');
    expect(told).toEqual([{ layout: 'cluster', foundBy: 'client' }]);
  });

  it('is what the option says, and nobody is asked', async () => {
    const client = await clientOf(node());
    const layout = layoutOf(client, 'single');
    expect([layout.known, await layout.find()]).toEqual(['single', 'single']);
    expect(layoutOf(client, 'cluster').known).toBe('cluster');
    expect(layoutOf(client).known).toBeUndefined();
    expect(told).toEqual([]);
  });

  it.each(['', 'sharded', null, 1])('refuses the option %j', async (option) => {
    const client = await clientOf(server);
    expect(() => layoutOf(client, option as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: 'Option "layout" must be "auto", "single" or "cluster".',
      }),
    );
  });

  it('refuses "single" for the client of a cluster', () => {
    const client = createCluster({ rootNodes: [{ url: node().url }] });
    expect(() => layoutOf(client, 'single')).toThrow('Option "layout" must not be "single"');
  });

  it('asks with keys that its user has access to, and for nothing else', async () => {
    const admin = await clientOf(node());
    const rules = ['on', 'nopass', '~mine:*', '+evalsha', '+eval'];
    await admin.sendCommand(['ACL', 'SETUSER', 'agent', ...rules]);
    const { host } = new URL(node().url);
    const client = await clientOf({ url: `redis://agent:any@${host}` });
    const layout = new ServerLayout(client, new ScriptRunner(client), 'mine:');
    expect(await layout.find()).toBe('cluster');
  });

  it('asks again where it got no answer', async () => {
    const client = await clientOf(server);
    client.destroy();
    const layout = layoutOf(client);
    await expect(layout.find()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await client.connect();
    expect(await layout.find()).toBe('single');
  });

  it('learns from a call that was refused that a server has slots since', async () => {
    const [single, slots] = [await clientOf(server), await clientOf(node())];
    let present = single;
    const client: RedisScriptClient = {
      evalSha: async (...args) => present.evalSha(...args),
      eval: async (...args) => present.eval(...args),
    };
    const layout = layoutOf(client);
    await layout.find();
    present = slots;
    const runner = new ScriptRunner(client);
    const refused: unknown = await runner
      .run(defineScript('two', 'return 1'), ['{a}', '{b}'], [])
      .catch((error: unknown) => error);
    const other: unknown = await runCommand(runner, 'LPOP', '{a}', ['x', 'y']).catch(
      (error: unknown) => error,
    );
    expect([layout.learn(other), layout.known]).toEqual([false, 'single']);
    expect([layout.learn(refused), layout.known]).toEqual([true, 'cluster']);
    expect(layout.learn(refused)).toBe(false);
    expect(told).toEqual([
      { layout: 'single', foundBy: 'server' },
      { layout: 'cluster', foundBy: 'server' },
    ]);
  });
});

describe('a route', () => {
  it('goes to shards where there are any', async () => {
    const [single, slots] = [layoutOf(await clientOf(server)), layoutOf(await clientOf(node()))];
    const routes = [routeByLayout(single), routeByLayout(slots)];
    expect(routes.map(({ command }) => command)).toEqual([undefined, undefined]);
    expect(await Promise.all(routes.map(async (route) => route.find()))).toEqual([
      'PUBLISH',
      'SPUBLISH',
    ]);
    expect(routes.map(({ command }) => command)).toEqual(['PUBLISH', 'SPUBLISH']);
  });

  it('stays as it was, where others may publish by it', async () => {
    let present: 'single' | 'cluster' = 'single';
    const layout = {
      get known() {
        return present;
      },
      find: async () => present,
      requireShards: async () => {},
    };
    const route = routeByLayout(layout);
    expect(await route.find()).toBe('PUBLISH');
    present = 'cluster';
    expect([route.command, await route.find()]).toEqual(['PUBLISH', 'PUBLISH']);
  });
});
