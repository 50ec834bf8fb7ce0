import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand } from './run-command.ts';
import type { RedisScriptClient } from './script-client.ts';
import { ScriptRunner } from './script-runner.ts';
import { defineScript } from './script.ts';

let server: RedisServer;
let cluster: RedisCluster;
let sentinels: RedisSentinel;

beforeAll(async () => {
  [server, cluster, sentinels] = await Promise.all([
    startRedisServer(),
    startRedisCluster(),
    startRedisSentinel(),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop(), sentinels.stop()]);
});

interface MappedClient extends RedisScriptClient {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
}

const everything = {
  [v6.RESP_TYPES.BLOB_STRING]: Buffer,
  [v6.RESP_TYPES.SIMPLE_STRING]: Buffer,
  [v6.RESP_TYPES.NUMBER]: String,
};
const mapped = { commandOptions: { typeMapping: everything } };
const nodes = (): { url: string }[] => cluster.urls.map((url) => ({ url }));
const watched = (): { name: string; sentinelRootNodes: { host: string; port: number }[] } => ({
  name: sentinels.name,
  sentinelRootNodes: [...sentinels.addresses],
});

/** Clients that the application has its replies mapped of, in each way that there is. */
const CLIENTS: Readonly<Record<string, () => MappedClient>> = {
  'client 6': () => v6.createClient({ url: server.url, ...mapped }),
  'client 6, RESP2': () => v6.createClient({ url: server.url, RESP: 2, ...mapped }),
  'pool 6': () => v6.createClientPool({ url: server.url, ...mapped }),
  'cluster 6': () => v6.createCluster({ rootNodes: nodes(), ...mapped }),
  'sentinel 6': () => v6.createSentinel({ ...watched(), ...mapped }),
  'client 5': () => v5.createClient({ url: server.url, ...mapped }),
  'client 5, RESP3': () => v5.createClient({ url: server.url, RESP: 3, ...mapped }),
  'pool 5': () => v5.createClientPool({ url: server.url, ...mapped }),
  'cluster 5': () => v5.createCluster({ rootNodes: nodes(), ...mapped }),
  'sentinel 5': () => v5.createSentinel({ ...watched(), ...mapped }),
  'sentinel 5, by its node': () => v5.createSentinel({ ...watched(), nodeClientOptions: mapped }),
};

/** What `withTypeMapping` and `withCommandOptions` make of clients that map nothing. */
const PROXIES: Readonly<Record<string, () => [MappedClient, RedisScriptClient]>> = {
  'client 6': () => {
    const client = v6.createClient({ url: server.url });
    return [client, client.withTypeMapping(everything)];
  },
  'client 6, with options': () => {
    const client = v6.createClient({ url: server.url });
    return [client, client.withCommandOptions({ typeMapping: everything })];
  },
  'pool 6': () => {
    const client = v6.createClientPool({ url: server.url });
    return [client, client.withTypeMapping(everything)];
  },
  'cluster 6': () => {
    const client = v6.createCluster({ rootNodes: nodes() });
    return [client, client.withTypeMapping(everything)];
  },
  'sentinel 6': () => {
    const client = v6.createSentinel(watched());
    return [client, client.withTypeMapping(everything)];
  },
  'client 5': () => {
    const client = v5.createClient({ url: server.url });
    return [client, client.withTypeMapping(everything)];
  },
  'client 5, with options': () => {
    const client = v5.createClient({ url: server.url });
    return [client, client.withCommandOptions({ typeMapping: everything })];
  },
  'pool 5': () => {
    const client = v5.createClientPool({ url: server.url });
    return [client, client.withTypeMapping(everything)];
  },
  'cluster 5': () => {
    const client = v5.createCluster({ rootNodes: nodes() });
    return [client, client.withTypeMapping(everything)];
  },
  'sentinel 5': () => {
    const client = v5.createSentinel(watched());
    return [client, client.withTypeMapping(everything)];
  },
};

const all = defineScript(
  'all',
  "return {'text', 7, false, {'in a list', 8}, redis.status_reply('OK')}",
);

async function expectPlain(client: RedisScriptClient): Promise<void> {
  const runner = new ScriptRunner(client);
  const reply = ['text', 7, null, ['in a list', 8], 'OK'];
  expect(await runner.run(all, ['k'], [])).toEqual(reply);
  expect(await runner.run(all, ['k'], [])).toEqual(reply);
  expect(await runCommand(runner, 'SET', 'k', ['ä'])).toBe('OK');
  expect(await runCommand(runner, 'GET', 'k')).toBe('ä');
  expect(await runCommand(runner, 'STRLEN', 'k')).toBe(2);
  // The application still gets what it asked for.
  expect(await client.eval("return {'text', 7}", { keys: ['k'] })).toEqual([
    Buffer.from('text'),
    '7',
  ]);
}

describe('replies of scripts are as they were given', () => {
  it.each(Object.entries(CLIENTS))('on a %s that maps them', async (_name, create) => {
    const client = create();
    await client.connect();
    await expectPlain(client);
    await client.close();
  });

  it.each(Object.entries(PROXIES))('on what is made of a %s', async (_name, create) => {
    const [client, proxy] = create();
    await client.connect();
    await expectPlain(proxy);
    await client.close();
  });
});
