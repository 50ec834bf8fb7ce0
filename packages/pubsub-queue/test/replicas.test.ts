import { randomUUID } from 'node:crypto';

import { type AgentCalls, AgentClient, WebhookReceiver } from '@a2a-redis-internal/agent-server';
import { Listener, stateName } from '@a2a-redis-internal/contract/queue-fixtures';
import { mergeSeen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { type Replica, type ReplicaGroup, startReplicas } from '@a2a-redis-internal/replicas';
import { createRedisClient } from '@a2a-redis/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { keysOf } from './keys-of.ts';

/** Of the tests, so that they are quick: how long after its last sign of life a process is gone. */
const FAILOVER_MS = 4000;

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

interface Agent {
  readonly process: Replica<AgentCalls>;
  readonly client: AgentClient;
}

async function startAgents(
  names: readonly string[],
  prefix: string,
  failoverMs?: number,
): Promise<{ group: ReplicaGroup<AgentCalls>; agents: readonly Agent[] }> {
  const group = await startReplicas<AgentCalls>(names, {
    module: new URL('agent.ts', import.meta.url),
    env: {
      REDIS_URL: server.url,
      AGENT_PREFIX: prefix,
      QUEUE_OPTIONS: JSON.stringify({ failoverMs }),
    },
  });
  const agents = await Promise.all(
    group.replicas.map(async (process) => ({
      process,
      client: await AgentClient.connect(process.url),
    })),
  );
  return { group, agents };
}

async function stateAt(agent: Agent, taskId: string): Promise<string> {
  return stateName((await agent.client.task(taskId)).status?.state);
}

describe('replicas in processes of their own', () => {
  it('are killed: the task fails once, everybody who waits is told, and one webhook', async () => {
    const prefix = `${randomUUID()}:`;
    await using webhook = await WebhookReceiver.start();
    const { group, agents } = await startAgents(['a', 'b', 'c'], prefix, FAILOVER_MS);
    await using _ = group;
    const [a, b, c] = agents;
    if (a === undefined || b === undefined || c === undefined) throw new Error('No agents');
    const stream = new Listener(
      a.client.stream('task; chunks 5; wait never', { webhook: webhook.url }),
    );
    stream.ended.catch(() => undefined);
    await stream.until(6);
    const { taskId } = stream;
    const others = [b, c, b].map((agent) => new Listener(agent.client.resubscribe(taskId)));
    await Promise.all(others.map(async (other) => other.until(1)));
    await a.process.kill();
    for (const other of others) {
      expect(mergeSeen(await other.ended)).toEqual({ parts: 5, state: 'failed' });
      expect(other.seen.filter((text) => text === 'failed')).toHaveLength(1);
    }
    expect([await stateAt(b, taskId), await stateAt(c, taskId)]).toEqual(['failed', 'failed']);
    await vi.waitUntil(() => terminal(webhook).length > 0);
    expect(terminal(webhook)).toEqual(['failed']);
    for (const agent of [b, c]) expect(await agent.process.call('unhandled')).toEqual([]);
    // What refuses a replica that only was asleep goes by itself.
    const client = await createRedisClient({ url: server.url });
    await vi.waitFor(async () => {
      const left = await keysOf(client, `${prefix}queues:`);
      expect(left).toEqual([
        `${prefix}queues:{:unknown:${taskId}}:state`,
        `${prefix}queues:{replicas}`,
      ]);
    });
    expect(await client.ttl(`${prefix}queues:{:unknown:${taskId}}:state`)).toBeLessThanOrEqual(300);
    client.destroy();
  });

  it('sleep for too long: what one publishes then is dropped', async () => {
    const { group, agents } = await startAgents(['a', 'b'], `${randomUUID()}:`, FAILOVER_MS);
    await using _ = group;
    const [a, b] = agents;
    if (a === undefined || b === undefined) throw new Error('No agents');
    const stream = new Listener(a.client.stream('task; chunks 2; wait go; chunks 3; completed'));
    await stream.until(3);
    const { taskId } = stream;
    const other = new Listener(b.client.resubscribe(taskId));
    await other.until(1);
    a.process.pause();
    expect(mergeSeen(await other.ended)).toEqual({ parts: 2, state: 'failed' });
    a.process.resume();
    await a.process.call('open', 'go');
    // It goes on with other tasks, once it knows that it was taken for gone.
    await vi.waitUntil(
      async () => {
        const next = new Listener(a.client.stream('task; chunks 1; completed'));
        return (await next.ended).join(', ') === 'task working 0, chunk 0, completed';
      },
      { timeout: 20_000 },
    );
    expect(await stateAt(b, taskId)).toBe('failed');
    expect((await b.client.task(taskId)).artifacts[0]?.parts).toHaveLength(2);
    expect((await stream.ended).at(-1)).toBe('failed');
    for (const agent of [a, b]) expect(await agent.process.call('unhandled')).toEqual([]);
  });

  it('stop in an orderly way: what runs comes to its end first, for everybody', async () => {
    const { group, agents } = await startAgents(['a', 'b'], `${randomUUID()}:`);
    await using _ = group;
    const [a, b] = agents;
    if (a === undefined || b === undefined) throw new Error('No agents');
    const stream = new Listener(a.client.stream('task; chunks 50 5; completed'));
    await stream.until(2);
    const other = new Listener(b.client.resubscribe(stream.taskId));
    await other.until(1);
    expect(await a.process.terminate()).toBe(0);
    expect(mergeSeen(await stream.ended)).toEqual({ parts: 50, state: 'completed' });
    expect(mergeSeen(await other.ended)).toEqual({ parts: 50, state: 'completed' });
    expect(await b.process.call('errors')).toEqual([]);
  });
});

/** The terminal states that a webhook was told. */
function terminal({ received }: WebhookReceiver): readonly string[] {
  return received.flatMap(({ payload }) => {
    const state = payload?.$case === 'statusUpdate' ? stateName(payload.value.status?.state) : '';
    return state === 'failed' || state === 'completed' ? [state] : [];
  });
}
