import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { describe, expect, it } from 'vitest';

import { createRedisClient } from '../src/client/create-redis-client.ts';
import { commandFault } from '../src/redis/command-fault.ts';
import { expectNoUnhandledRejection } from './unhandled-rejections.ts';

/** What must hold with either version of node-redis; the test file decides which is `redis`. */
export function outageSuite(label: string): void {
  describe(`createRedisClient with ${label}: a server that fails`, () => {
    expectNoUnhandledRejection();

    it('killed and restarted: calls under way fail, the client comes back', async () => {
      await using victim = await startRedisServer({ processControl: true });
      const errors: Error[] = [];
      const client = await createRedisClient({
        url: victim.url,
        onError: (error) => {
          errors.push(error);
          throw new Error('a listener that throws');
        },
      });
      victim.pause();
      const calls = Array.from({ length: 20 }, (_, index) => client.set(`k${index}`, 'v'));
      const settled = Promise.allSettled(calls);
      // Written, because a turn of the event loop has passed; unanswered, because Redis is paused.
      await sleep(10);
      await killed(victim, client);
      const outcomes = await settled;
      await victim.restart();
      expect(await client.set('after', 'v')).toBe('OK');
      expect(
        outcomes.map((call) => (call.status === 'rejected' ? commandFault(call.reason) : 'fine')),
      ).toEqual(Array.from({ length: 20 }, () => 'unknown'));
      expect(commandFault(errors[0])).toBe('unknown');
      await client.close();
    });

    it('silent: the dead connection is noticed and replaced', async () => {
      await using victim = await startRedisServer({ processControl: true });
      const client = await createRedisClient({
        url: victim.url,
        pingIntervalMs: 50,
        socketTimeoutMs: 200,
        onError: () => {},
      });
      victim.pause();
      const fault = await client.set('k', 'v').then(
        () => 'fine',
        (error: unknown) => commandFault(error),
      );
      victim.resume();
      expect([fault, await client.ping()]).toEqual(['unknown', 'PONG']);
      await client.close();
    });

    it('away for long: the queue is limited in length and time, and empties', async () => {
      await using victim = await startRedisServer({ processControl: true });
      const client = await createRedisClient({
        url: victim.url,
        commandsQueueMaxLength: 16,
        commandTimeoutMs: 100,
        onError: () => {},
      });
      await killed(victim, client);
      const calls = await Promise.allSettled(Array.from({ length: 17 }, () => client.ping()));
      const ready = emitted(client, 'ready');
      await victim.restart();
      await ready;
      expect(
        calls.map((call) =>
          call.status === 'rejected' && call.reason instanceof Error ? call.reason.message : call,
        ),
      ).toEqual([...Array.from({ length: 16 }, () => ''), 'The queue is full']);
      expect(await client.ping()).toBe('PONG');
      await client.close();
    });

    it('away: what waits for it is applied in its own database', async () => {
      await using victim = await startRedisServer({ processControl: true });
      const client = await createRedisClient({
        url: `${victim.url}/3`,
        commandsQueueMaxLength: 16,
        onError: () => {},
      });
      await killed(victim, client);
      const calls = Array.from({ length: 20 }, (_, index) => client.set(`k${index}`, 'v'));
      await victim.restart();
      await Promise.all(calls);
      const keyspace = await client.info('keyspace');
      await client.close();
      expect(keyspace.match(/db\d+:keys=\d+/g)).toEqual(['db3:keys=20']);
    });

    it('without "onError": one warning for each problem, and no crash', async () => {
      await using victim = await startRedisServer({ processControl: true });
      const warnings: string[] = [];
      const onWarning = (warning: Error): void => {
        if (warning.name === 'A2ARedisWarning') warnings.push(warning.message);
      };
      process.on('warning', onWarning);
      const client = await createRedisClient({ url: victim.url, name: 'warned' });
      for (let outage = 0; outage < 2; outage += 1) {
        await killed(victim, client);
        await victim.restart();
        await client.ping();
      }
      await client.close();
      process.off('warning', onWarning);
      expect(warnings[0]).toMatch(/^Redis client warned: (Socket closed|read ECONNRESET)/);
      expect(new Set(warnings).size).toBe(warnings.length);
      expect(warnings.every((text) => text.startsWith('Redis client warned: '))).toBe(true);
    });
  });
}

/** Kills a server and waits until its client has noticed. */
async function killed(server: RedisServer, client: EventEmitter): Promise<void> {
  const noticed = emitted(client, 'reconnecting');
  await server.kill();
  await noticed;
}

/** `once` of `node:events` without its rejection at an `error` event, which outages emit too. */
function emitted(client: EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => {
    client.once(event, () => resolve());
  });
}
