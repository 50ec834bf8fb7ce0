import {
  type AgentSubject,
  chunks,
  randomOf,
  startAgents,
  storedTask,
} from '@a2a-redis-internal/agent-server/agents';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { ServerCallContext } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configOf } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { FAST } from './support.ts';

const AGENT: AgentSubject = {
  name: 'RedisStreamsQueueManager',
  module: new URL('agent.ts', import.meta.url),
  hasOneSnapshot: true,
};
const PUBSUB: AgentSubject = { ...AGENT, name: 'RedisPubSubQueueManager' };
const OPTIONS = {
  AGENT_GRPC: 'off',
  SENDER_OPTIONS: JSON.stringify({ ...FAST, leaseMs: 2000, lookMs: 500 }),
};

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

type Agents = Awaited<ReturnType<typeof startAgents>>;

async function start(
  subject: AgentSubject,
  prefix: string,
  names: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Agents> {
  return startAgents(subject, names, server.url, {
    prefix,
    settings: { failoverMs: 3000 },
    env: { ...OPTIONS, ...env },
  });
}

function onlyOf({ agents: [agent] }: Agents): Agents['agents'][number] {
  if (agent === undefined) throw new Error('no agent');
  return agent;
}

/** Kills each of some agents while it executes a task, at a random moment. */
async function killAll(
  { agents }: Agents,
  receiver: Receiver,
  random: ReturnType<typeof randomOf>,
): Promise<readonly { readonly path: string; readonly taskId: string }[]> {
  return Promise.all(
    agents.map(async (victim, index) => {
      const path = `/${index}`;
      const stream = victim.stream('task; chunks 100000 1', { webhook: receiver.url(path) });
      await stream.until(random.integer(1, 60));
      await victim.process.kill();
      return { path, taskId: stream.taskId };
    }),
  );
}

/** The words of a task with so many chunks, and its end. */
function wordsOf(parts: number, end: string): readonly string[] {
  return ['task working 0', ...chunks(0, parts), end];
}

describe('with RedisStreamsQueueManager', () => {
  it('what the log has is delivered, though its replica never came to queue any of it', async () => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start();
    await using victims = await start(AGENT, prefix, ['victim'], { TELLS: 'never' });
    await using survivors = await start(AGENT, prefix, ['survivor']);
    const [victim, survivor] = [onlyOf(victims), onlyOf(survivors)];
    const stream = victim.stream('task; chunks 20 1; wait never', {
      webhook: receiver.url('/killed'),
    });
    await stream.until(21);
    // This one has come to its end, which nobody was told.
    const ended = victim.stream('task; chunks 3 1; completed', { webhook: receiver.url('/ended') });
    await ended.ended;
    expect(receiver.received).toEqual([]);
    await victim.process.kill();
    await expect.poll(() => receiver.arrived('/killed').at(-1)).toBe('failed');
    await expect.poll(() => receiver.arrived('/ended').at(-1)).toBe('completed');
    expect(receiver.arrived('/killed')).toEqual(wordsOf(20, 'failed'));
    expect(receiver.arrived('/ended')).toEqual(wordsOf(3, 'completed'));
    expect(await survivor.process.call('errors')).toEqual([]);
  });

  it('what was before the registration of a config is not for it, whoever comes to queue it', async () => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start();
    await using victims = await start(AGENT, prefix, ['victim'], { TELLS: 'never' });
    await using survivors = await start(AGENT, prefix, ['survivor']);
    const [victim, survivor] = [onlyOf(victims), onlyOf(survivors)];
    const stream = victim.stream('task; chunks 5 1; wait never', {
      webhook: receiver.url('/early'),
    });
    await stream.until(6);
    // A log and a registration are told apart by the millisecond.
    await sleep(10);
    const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}push:` });
    const { taskId } = stream;
    await configs.save(
      taskId,
      new ServerCallContext({ requestedVersion: '1.0' }),
      configOf(taskId, 'late', receiver.url('/late')),
    );
    await victim.process.kill();
    await expect.poll(() => receiver.arrived('/early').at(-1)).toBe('failed');
    expect(receiver.arrived('/early')).toEqual(wordsOf(5, 'failed'));
    await expect.poll(() => receiver.arrived('/late')).toEqual(['failed']);
    expect(await survivor.process.call('errors')).toEqual([]);
  });

  it.each([1, 2, 3])(
    'whenever a replica is killed, each event arrives in order (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const prefix = newPrefix();
      await using receiver = await Receiver.start();
      await using survivors = await start(AGENT, prefix, ['survivor']);
      const survivor = onlyOf(survivors);
      await using victims = await start(AGENT, prefix, ['v0', 'v1', 'v2', 'v3']);
      const killed = await killAll(victims, receiver, random);
      for (const { path, taskId } of killed) {
        await expect.poll(() => receiver.arrived(path).at(-1)).toBe('failed');
        const { parts } = await storedTask(survivor, taskId);
        expect(receiver.arrived(path)).toEqual(wordsOf(parts.length, 'failed'));
      }
    },
  );
});

describe('with RedisPubSubQueueManager', () => {
  it('whenever a replica is killed, what it came to send arrives in order, and then the end', async () => {
    const random = randomOf(4);
    const prefix = newPrefix();
    await using receiver = await Receiver.start();
    const env = { QUEUES: 'pubsub' };
    await using survivors = await start(PUBSUB, prefix, ['survivor'], env);
    const survivor = onlyOf(survivors);
    await using victims = await start(PUBSUB, prefix, ['v0', 'v1', 'v2'], env);
    const killed = await killAll(victims, receiver, random);
    for (const { path, taskId } of killed) {
      await expect.poll(() => receiver.arrived(path).at(-1)).toBe('failed');
      // No log has what was stored and not sent: the last ones may lack, and none between.
      const arrived = receiver.arrived(path);
      expect(arrived).toEqual(wordsOf(arrived.length - 2, 'failed'));
      const { parts } = await storedTask(survivor, taskId);
      expect(arrived.length - 2).toBeLessThanOrEqual(parts.length);
    }
    expect(await survivor.process.call('errors')).toEqual([]);
  });
});
