import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS, type TestClient } from '../../test/node-redis-versions.ts';
import { createRedisClient } from '../client/create-redis-client.ts';
import { routeByLayout } from '../layout/publish-route.ts';
import { ServerLayout } from '../layout/server-layout.ts';
import { runCommand } from './run-command.ts';
import { ScriptRunner } from './script-runner.ts';

const NEEDED = 'Redis 6.2 or newer is needed, for a cluster 7, or Valkey';

/** A server without some commands, as one is of a version before them. */
async function serverWithout(...commands: readonly string[]): Promise<RedisServer> {
  const renamed = commands.map((each) => `${each} ""`);
  return startRedisServer({ config: { 'rename-command': renamed.join('\nrename-command ') } });
}

/** What is wrong with a server, and what a call of HSET is refused with. */
const UNSUPPORTED = {
  'runs no scripts': {
    without: ['EVAL', 'EVALSHA'],
    message:
      'This Redis server will not do: it runs no scripts, as EVAL and EVALSHA are disabled or renamed.',
    detail: `Script HSET cannot run on it. ${NEEDED}.`,
  },
  'lacks a command of a script': {
    without: ['HSET'],
    message: 'This Redis server will not do: it lacks a command that the script calls.',
    detail: `Script HSET cannot run on it. ${NEEDED}.`,
  },
  'is older than 6.2': {
    without: ['GETDEL'],
    message: `This Redis server is too old: ${NEEDED}.`,
    detail: `This Redis server is too old: ${NEEDED}. It is <name>.`,
  },
} as const;

/** The name of a server as errors tell it. */
async function nameOf(client: TestClient): Promise<string> {
  const info = String(await client.sendCommand(['INFO', 'server']));
  const [, valkey] = /^valkey_version:(.+?)\r?$/m.exec(info) ?? [];
  const [, redis] = /^redis_version:(.+?)\r?$/m.exec(info) ?? [];
  return valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`;
}

describe.each(NODE_REDIS_VERSIONS)('a server that will not do, with $label', (version) => {
  const open = async (url: string): Promise<TestClient> => {
    const client = version.createClient({ url });
    client.on('error', () => {});
    await client.connect();
    return client;
  };

  /** A client of a user that may do no more than this, and call scripts. */
  const openAs = async (admin: TestClient, url: string, rights: string): Promise<TestClient> => {
    const least = 'on >p -@all +evalsha +eval +hello +auth +client ~k';
    await admin.sendCommand(['ACL', 'SETUSER', 'u', ...`${least} ${rights}`.split(' ')]);
    return open(url.replace('redis://', 'redis://u:p@'));
  };

  it.each(Object.entries(UNSUPPORTED))(
    'is named at the first call: it %s',
    async (_what, { without, message, detail }) => {
      await using server = await serverWithout(...without);
      const client = await open(server.url);
      const runner = new ScriptRunner(client);
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        const error = await errorOf(runCommand(runner, 'HSET', 'k', ['f', 'v']));
        expect([error.code, error.message]).toEqual(['SERVER_UNSUPPORTED', message]);
        const name = detail.includes('<name>') ? await nameOf(client) : '';
        expect(error.detail).toBe(detail.replace('<name>', name));
      }
      expect(await client.sendCommand(['DBSIZE'])).toBe(0);
      client.destroy();
    },
  );

  it('is not named at all where it does, though the user has hardly any rights', async () => {
    await using server = await startRedisServer({ exclusive: true });
    const admin = await open(server.url);
    const client = await openAs(admin, server.url, '+hset');
    expect(await runCommand(new ScriptRunner(client), 'HSET', 'k', ['f', 'v'])).toBe(1);
    // It was asked nothing that is denied to the user.
    expect(await admin.sendCommand(['ACL', 'LOG'])).toEqual([]);
    for (const each of [admin, client]) each.destroy();
  });

  it('is named without its version where the user may not ask for that', async () => {
    await using server = await serverWithout('GETDEL');
    const admin = await open(server.url);
    const client = await openAs(admin, server.url, '+hset');
    const error = await errorOf(runCommand(new ScriptRunner(client), 'HSET', 'k', ['f', 'v']));
    const message = UNSUPPORTED['is older than 6.2'].message;
    expect([error.code, error.message, error.detail]).toEqual([
      'SERVER_UNSUPPORTED',
      message,
      `${message} It is an unknown server.`,
    ]);
    for (const each of [admin, client]) each.destroy();
  });

  it('asks the server once for all that use a client', async () => {
    await using server = await startRedisServer({ exclusive: true });
    const client = await open(server.url);
    const runners = [new ScriptRunner(client), new ScriptRunner(client)];
    for (const runner of runners) {
      for (const key of ['a', 'b']) await runCommand(runner, 'HSET', key, ['f', 'v']);
    }
    const stats = String(await client.sendCommand(['INFO', 'commandstats']));
    // Four calls and the question, two of them by their source once.
    expect(stats).toMatch(/^cmdstat_evalsha:calls=5,.*failed_calls=2/m);
    expect(stats).toMatch(/^cmdstat_eval:calls=2,/m);
    client.destroy();
  });

  it('is named where messages are to go to shards, which it lacks', async () => {
    await using server = await serverWithout('SPUBLISH');
    const client = await open(server.url);
    const layout = new ServerLayout(client, new ScriptRunner(client), 'p:', 'auto');
    const error = await errorOf(routeByLayout(layout, true).find());
    const message =
      'This Redis server is too old: messages of a cluster need Redis 7 or newer, or Valkey.';
    expect([error.code, error.message, error.detail]).toEqual([
      'SERVER_UNSUPPORTED',
      message,
      `${message} It is ${await nameOf(client)}.`,
    ]);
    expect(await routeByLayout(layout, false).find()).toBe('PUBLISH');
    client.destroy();
  });
});

describe('createRedisClient on a server that will not do', () => {
  let server: RedisServer | undefined;

  beforeEach(() => {
    server = undefined;
  });
  afterEach(async () => {
    await server?.stop();
  });

  it.each([
    ['runs no scripts', ['EVAL', 'EVALSHA'], UNSUPPORTED['runs no scripts'].message],
    ['is older than 6.2', ['GETDEL'], UNSUPPORTED['is older than 6.2'].message],
    ['is older than 6', ['HELLO'], UNSUPPORTED['is older than 6.2'].message],
  ])('names it: it %s', async (_what, commands, message) => {
    server = await serverWithout(...commands);
    const error = await errorOf(createRedisClient({ url: server.url, RESP: 3 }));
    expect([error.code, error.message]).toEqual(['SERVER_UNSUPPORTED', message]);
  });

  it('leaves it to the first call what it may not find out', async () => {
    server = await startRedisServer({ exclusive: true });
    const admin = await createRedisClient({ url: server.url });
    await admin.aclSetUser('u', ['on', '>p', '+@all', '-eval', '-evalsha', '~*']);
    const client = await createRedisClient({ url: server.url, username: 'u', password: 'p' });
    expect(await client.ping()).toBe('PONG');
    const error = await errorOf(runCommand(new ScriptRunner(client), 'HSET', 'k', ['f', 'v']));
    expect(error.code).toBe('COMMAND_FAILED');
    for (const each of [admin, client]) each.destroy();
  });
});
