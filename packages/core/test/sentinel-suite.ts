import {
  type RedisSentinel,
  type RedisServer,
  startRedisSentinel,
} from '@a2a-redis-internal/redis-server';
import { describe, expect, it, vi } from 'vitest';

import { createRedisClient } from '../src/client/create-redis-client.ts';
import type { RedisSentinelOptions } from '../src/client/options.ts';
import { ScriptRunner } from '../src/redis/script-runner.ts';
import { defineScript } from '../src/redis/script.ts';
import { errorOf } from './error-of.ts';
import { handlesBackTo, openHandles } from './open-handles.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { expectNoUnhandledRejection } from './unhandled-rejections.ts';

/** Safe to repeat: it answers with what it was given. */
const ADD = defineScript('add', "redis.call('SADD', KEYS[1], ARGV[1]) return ARGV[1]");
const KEY = 'members';
const nobody = { host: '127.0.0.1', port: 1 };

/** What must hold with either version of node-redis; the test file decides which is `redis`. */
export function sentinelSuite(label: string): void {
  describe(`createRedisClient with ${label}: sentinels`, () => {
    expectNoUnhandledRejection();

    it('finds the primary through a sentinel that answers, and runs scripts there', async () => {
      const before = openHandles();
      {
        await using deployment = await startRedisSentinel();
        const options = optionsOf(deployment, { rootNodes: [nobody, ...deployment.addresses] });
        const client = await createRedisClient(options);
        const runner = new ScriptRunner(client);
        expect(await add(runner, ['a', 'b', 'a'])).toEqual(['a', 'b', 'a']);
        expect((await client.sMembers(KEY)).toSorted()).toEqual(['a', 'b']);
        expect(await client.info('replication')).toContain('role:master');
        await client.close();
      }
      expect(await handlesBackTo(before)).toBe(true);
    });

    it('killed primary: calls wait for the next', async () => {
      await using deployment = await startRedisSentinel({ sentinels: 3 });
      const client = await createRedisClient({ ...optionsOf(deployment), maxConnections: 3 });
      const runner = new ScriptRunner(client, 30_000);
      const [early, late] = [names('early', 20), names('late', 20)];
      expect(await add(runner, early)).toEqual(early);
      const primary = await deployment.primary();
      expect(await client.wait(1, 0)).toBe(1);
      await primary.kill();
      expect(await add(runner, late)).toEqual(late);
      expect(await deployment.primary()).not.toBe(primary);
      expect((await client.sMembers(KEY)).toSorted()).toEqual([...early, ...late].toSorted());
      await client.close();
    });

    it('silent primary: calls under way are repeated on the next', async () => {
      await using deployment = await startRedisSentinel();
      const client = await createRedisClient(optionsOf(deployment));
      const runner = new ScriptRunner(client, 30_000);
      expect(await add(runner, ['early'])).toEqual(['early']);
      expect(await client.wait(1, 0)).toBe(1);
      const primary = await deployment.primary();
      primary.pause();
      const late = names('late', 20);
      expect(await add(runner, late)).toEqual(late);
      primary.resume();
      expect((await client.sMembers(KEY)).toSorted()).toEqual(['early', ...late].toSorted());
      await client.close();
    });

    it('a sentinel and the primary killed: the other sentinels are asked', async () => {
      await using deployment = await startRedisSentinel({ sentinels: 3 });
      const client = await createRedisClient(optionsOf(deployment));
      const runner = new ScriptRunner(client, 30_000);
      expect(await add(runner, ['early'])).toEqual(['early']);
      // The first is asked first, and is the one whose messages the client hears.
      await deployment.sentinels[0]?.kill();
      await (await deployment.primary()).kill();
      const late = names('late', 20);
      expect(await add(runner, late)).toEqual(late);
      await client.close();
    });

    it('a primary out of reach of this process: it follows the failover', async () => {
      await using deployment = await startRedisSentinel();
      const primary = await deployment.primary();
      await using proxy = await TcpProxy.start(primary.url);
      const errors: string[] = [];
      const client = await createRedisClient(behind(proxy, primary, deployment, errors));
      const runner = new ScriptRunner(client, 30_000);
      expect(await add(runner, ['early'])).toEqual(['early']);
      expect(await client.wait(1, 0)).toBe(1);
      await proxy.stop();
      const late = names('late', 20);
      const calls = add(runner, late);
      await vi.waitUntil(() => errors.some((message) => message.includes('ECONNREFUSED')));
      expect(await deployment.failover()).not.toBe(primary);
      expect(await calls).toEqual(late);
      expect((await client.sMembers(KEY)).toSorted()).toEqual(['early', ...late].toSorted());
      await client.close();
    });

    it('subscriptions follow the failover, and close leaves no trace', async () => {
      // The test runner has a timer now and then.
      const before = { ...openHandles(), Timeout: 0 };
      const errors: string[] = [];
      {
        await using deployment = await startRedisSentinel();
        const primary = await deployment.primary();
        await using proxy = await TcpProxy.start(primary.url);
        const client = await createRedisClient(behind(proxy, primary, deployment, errors));
        const messages: string[] = [];
        await client.subscribe('news', (message) => void messages.push(message));
        expect(await client.publish('news', 'early')).toBe(1);
        await proxy.stop();
        const runner = new ScriptRunner(client, 30_000);
        const calls = add(runner, ['late']);
        await vi.waitUntil(() => errors.some((message) => message.includes('ECONNREFUSED')));
        await deployment.failover();
        expect(await calls).toEqual(['late']);
        await vi.waitUntil(async () => (await client.publish('news', 'late')) === 1);
        await vi.waitUntil(() => messages.length === 2);
        expect(messages).toEqual(['early', 'late']);
        await client.close();
        errors.length = 0;
      }
      // The pause before an attempt that nobody waits for any more is 2 s at the most.
      expect(await handlesBackTo(before, 1000)).toBe(true);
      expect(errors).toEqual([]);
    });

    it('no primary: calls fail at their deadline, and are served once there is one', async () => {
      await using deployment = await startRedisSentinel();
      const client = await createRedisClient(optionsOf(deployment));
      const runner = new ScriptRunner(client, 500);
      expect(await add(runner, ['early'])).toEqual(['early']);
      const [first, second] = deployment.servers;
      await second?.kill();
      await first?.kill();
      const errors = await Promise.all(
        names('lost', 3).map((name) => errorOf(add(runner, [name]))),
      );
      expect(errors.map(({ code }) => code)).toEqual(names('DEADLINE_EXCEEDED', 3, false));
      await first?.restart();
      const patient = new ScriptRunner(client, 30_000);
      expect(await add(patient, ['late'])).toEqual(['late']);
      await client.close();
    });

    it('connects during a failover, to the promoted replica', async () => {
      await using deployment = await startRedisSentinel();
      await (await deployment.primary()).kill();
      const options = { ...optionsOf(deployment), connectTimeoutMs: 30_000 };
      const client = await createRedisClient(options);
      expect(await add(new ScriptRunner(client), ['a'])).toEqual(['a']);
      await client.close();
    });

    it('sentinels that watch nothing of this name: an error that says so', async () => {
      await using deployment = await startRedisSentinel();
      const options = optionsOf(deployment, { name: 'other' });
      // node-redis asks again every second; the deadline lies between.
      const error = await errorOf(createRedisClient({ ...options, connectTimeoutMs: 2500 }));
      const [{ host, port } = nobody] = deployment.addresses;
      expect([error.code, error.message]).toEqual([
        'CONNECT_FAILED',
        `Redis at ${host}:${port} (sentinels of "other") cannot be used: ERR No such master with that name`,
      ]);
    });
  });
}

function optionsOf(
  { name, addresses }: RedisSentinel,
  topology: Partial<RedisSentinelOptions['sentinel']> = {},
): RedisSentinelOptions<undefined> {
  return { sentinel: { name, rootNodes: addresses, ...topology }, onError: () => {} };
}

/** A client that reaches the primary through the proxy only. */
function behind(
  proxy: TcpProxy,
  primary: RedisServer,
  deployment: RedisSentinel,
  errors: string[],
): RedisSentinelOptions<undefined> {
  const { host } = new URL(primary.url);
  return {
    ...optionsOf(deployment, { nodeAddressMap: { [host]: proxy.address } }),
    onError: ({ message }) => void errors.push(message),
  };
}

function names(stem: string, count: number, numbered = true): readonly string[] {
  return Array.from({ length: count }, (_, index) => (numbered ? `${stem}-${index}` : stem));
}

async function add(runner: ScriptRunner, members: readonly string[]): Promise<unknown[]> {
  return Promise.all(members.map((member) => runner.run(ADD, [KEY], [member])));
}
