import { WebhookReceiver } from '@a2a-redis-internal/agent-server';
import {
  pair,
  startAgents,
  storedTask,
  unhandledIn,
} from '@a2a-redis-internal/agent-server/agents';
import { stateName } from '@a2a-redis-internal/contract/queue-fixtures';
import { mergeSeen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { useServer } from '@a2a-redis-internal/contract/shared-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { createRedisClient } from '@a2a-redis/core';
import { describe, expect, it, vi } from 'vitest';

import { keysOf } from './keys-of.ts';
import { PUBSUB_AGENT } from './replicas/subject.ts';

/** Of the tests, so that they are quick: how long after its last sign of life a process is gone. */
const SETTINGS = { failoverMs: 4000 };

const used = useServer();

describe('replicas in processes of their own', () => {
  it('are killed: the task fails once, everybody who waits is told, and one webhook', async () => {
    const prefix = newPrefix();
    await using webhook = await WebhookReceiver.start();
    await using group = await startAgents(PUBSUB_AGENT, ['a', 'b', 'c'], used.url, {
      settings: SETTINGS,
      prefix,
    });
    const [a, b, c] = group.agents;
    if (a === undefined || b === undefined || c === undefined) throw new Error('No agents');
    const stream = a.stream('task; chunks 5; wait never', { webhook: webhook.url });
    await stream.until(6);
    const { taskId } = stream;
    const others = [b, c, b].map((agent) => agent.resubscribe(taskId));
    await Promise.all(others.map(async (other) => other.until(1)));
    await a.process.kill();
    for (const other of others) {
      expect(mergeSeen(await other.ended)).toEqual({ parts: 5, state: 'failed' });
      expect(other.seen.filter((text) => text === 'failed')).toHaveLength(1);
    }
    for (const agent of [b, c]) expect((await storedTask(agent, taskId)).state).toBe('failed');
    await vi.waitUntil(() => terminal(webhook).length > 0);
    expect(terminal(webhook)).toEqual(['failed']);
    expect(await unhandledIn([b, c])).toEqual([]);
    // What refuses a replica that only was asleep goes by itself.
    const client = await createRedisClient({ url: used.url });
    await vi.waitFor(async () => {
      const left = await keysOf(client, `${prefix}queues:`);
      expect(left.filter((key) => !key.endsWith(':sealed'))).toEqual([
        `${prefix}queues:{:unknown:${taskId}}:state`,
        `${prefix}queues:{replicas}`,
      ]);
    });
    expect(await client.ttl(`${prefix}queues:{:unknown:${taskId}}:state`)).toBeLessThanOrEqual(300);
    client.destroy();
  });

  it('sleep for too long: what one publishes then is dropped', async () => {
    const options = { settings: SETTINGS };
    await using group = await startAgents(PUBSUB_AGENT, ['a', 'b'], used.url, options);
    const [a, b] = pair(group);
    const stream = a.stream('task; chunks 2; wait go; chunks 3; completed');
    await stream.until(3);
    const { taskId } = stream;
    const other = b.resubscribe(taskId);
    await other.until(1);
    a.process.pause();
    expect(mergeSeen(await other.ended)).toEqual({ parts: 2, state: 'failed' });
    a.process.resume();
    await a.process.call('open', 'go');
    // It goes on with other tasks, once it knows that it was taken for gone.
    await vi.waitUntil(
      async () => {
        const next = a.stream('task; chunks 1; completed');
        return (await next.ended).join(', ') === 'task working 0, chunk 0, completed';
      },
      { timeout: 20_000 },
    );
    expect(await storedTask(b, taskId)).toEqual({ state: 'failed', parts: ['0', '1'] });
    expect((await stream.ended).at(-1)).toBe('failed');
    expect(await unhandledIn([a, b])).toEqual([]);
  });

  it('stop in an orderly way: what runs comes to its end first, for everybody', async () => {
    await using group = await startAgents(PUBSUB_AGENT, ['a', 'b'], used.url);
    const [a, b] = pair(group);
    const stream = a.stream('task; chunks 50 5; completed');
    await stream.until(2);
    const other = b.resubscribe(stream.taskId);
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
