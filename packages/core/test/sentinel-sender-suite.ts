import { setImmediate as turn } from 'node:timers/promises';

import { startRedisSentinel } from '@a2a-redis-internal/redis-server';
import { createSentinel } from 'redis';
import { describe, expect, it } from 'vitest';

import { ScriptRunner } from '../src/redis/script-runner.ts';
import { defineScript } from '../src/redis/script.ts';
import { errorOf } from './error-of.ts';

const ECHO = defineScript('echo', 'return ARGV[1]');

/** What must hold with either version of node-redis; the test file decides which is `redis`. */
export function sentinelSenderSuite(label: string): void {
  describe(`ScriptRunner on a sentinel client of ${label}`, () => {
    it.each([1, 3])('answers all of many calls at once, pool of %i', async (masterPoolSize) => {
      await using deployment = await startRedisSentinel();
      const client = createSentinel({
        name: deployment.name,
        sentinelRootNodes: [...deployment.addresses],
        masterPoolSize,
      }).on('error', () => {});
      await client.connect();
      const runners = [new ScriptRunner(client), new ScriptRunner(client)];
      for (let round = 0; round < 3; round += 1) {
        const texts = Array.from({ length: 40 }, (_, index) => String(index));
        const calls = runners.map((runner) => echo(runner, texts));
        expect(await Promise.all(calls)).toEqual([texts, texts]);
      }
      await client.close();
    });

    it('starves no call while others keep coming', async () => {
      await using deployment = await startRedisSentinel();
      const client = createSentinel({
        name: deployment.name,
        sentinelRootNodes: [...deployment.addresses],
      }).on('error', () => {});
      await client.connect();
      const runner = new ScriptRunner(client);
      const texts = Array.from({ length: 10 }, (_, index) => String(index));
      const waiting = new Set(texts);
      const first = texts.map(async (text) => {
        expect(await runner.run(ECHO, ['k'], [text])).toBe(text);
        waiting.delete(text);
      });
      const others: Promise<unknown>[] = [];
      while (waiting.size > 0) {
        others.push(runner.run(ECHO, ['k'], ['other']));
        await turn();
      }
      await Promise.all(first);
      expect(new Set(await Promise.all(others))).toEqual(new Set(['other']));
      await client.close();
    });

    it('sends commands as such', async () => {
      await using deployment = await startRedisSentinel();
      const client = createSentinel({
        name: deployment.name,
        sentinelRootNodes: [...deployment.addresses],
      }).on('error', () => {});
      await client.connect();
      const runner = new ScriptRunner(client);
      expect(await runner.command(['SET', 'k', 'v'])).toBe('OK');
      const read = Array.from({ length: 10 }, async () => runner.command(['GET', 'k']));
      expect(await Promise.all(read)).toEqual(Array.from({ length: 10 }, () => 'v'));
      await client.close();
    });

    it('says that the client is closed, before connect and after close', async () => {
      await using deployment = await startRedisSentinel();
      const client = createSentinel({
        name: deployment.name,
        sentinelRootNodes: [...deployment.addresses],
      }).on('error', () => {});
      const runner = new ScriptRunner(client);
      const before = await errorOf(runner.run(ECHO, ['k'], ['a']));
      await client.connect();
      expect(await runner.run(ECHO, ['k'], ['b'])).toBe('b');
      await client.close();
      const after = await errorOf(runner.run(ECHO, ['k'], ['c']));
      expect([before.code, after.code]).toEqual(['CLIENT_CLOSED', 'CLIENT_CLOSED']);
    });
  });
}

async function echo(runner: ScriptRunner, texts: readonly string[]): Promise<unknown[]> {
  return Promise.all(texts.map(async (text) => runner.run(ECHO, ['k'], [text])));
}
