import { summaryOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { mergeSeen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { type Agent, type Agents, chunks, startAgents, unhandledIn } from './agents.ts';

// Many processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CHUNKS = 150;

let server: RedisServer;
let group: Agents;
let a: Agent;
let b: Agent;
let c: Agent;

beforeAll(async () => {
  server = await startRedisServer();
  group = await startAgents(['a', 'b', 'c'], server.url);
  const [first, second, third] = group.agents;
  if (first === undefined || second === undefined || third === undefined) throw new Error('agents');
  [a, b, c] = [first, second, third];
});
afterAll(async () => {
  await group[Symbol.asyncDispose]();
  await server.stop();
});

/** Waits until a task waits for its user, as the other replicas see it. */
async function untilWaiting(taskId: string): Promise<void> {
  await vi.waitUntil(async () => summaryOf(await c.client.task(taskId)).state === 'input-required');
}

describe('resubscribe on another replica', () => {
  it('at any moment of a fast stream: no gap, nothing twice, to the end', async () => {
    const stream = a.stream(`task; chunks ${CHUNKS} 1; wait end; completed`);
    await stream.until(1);
    const subscribers = [];
    for (let count = 1; count <= 12; count += 1) {
      await stream.until(count * 10 + (count % 3));
      subscribers.push((count % 2 === 0 ? b : c).resubscribe(stream.taskId));
    }
    await Promise.all(subscribers.map(async (each) => each.until(1)));
    await a.process.call('open', 'end');
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, CHUNKS), 'completed']);
    for (const subscriber of subscribers) {
      expect(mergeSeen(await subscriber.ended)).toEqual({ parts: CHUNKS, state: 'completed' });
    }
    expect(summaryOf(await c.client.task(stream.taskId)).parts).toHaveLength(CHUNKS);
  });
});

describe('cancel on another replica', () => {
  it('reaches the executor, and every subscriber sees the end once', async () => {
    const stream = a.stream('task; chunks 2; wait never');
    await stream.until(3);
    const { taskId } = stream;
    const subscribers = [a, b, c].map((agent) => agent.resubscribe(taskId));
    await Promise.all(subscribers.map(async (each) => each.until(1)));
    const canceled = {
      state: 'canceled',
      parts: ['0', '1'],
      history: ['task; chunks 2; wait never'],
    };
    expect(summaryOf(await b.client.cancel(taskId))).toEqual(canceled);
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 2), 'canceled']);
    for (const subscriber of subscribers) {
      expect(mergeSeen(await subscriber.ended)).toEqual({ parts: 2, state: 'canceled' });
      expect(subscriber.seen.filter((text) => text === 'canceled')).toHaveLength(1);
    }
    const told = await Promise.all([a, b, c].map(async (each) => each.process.call('canceled')));
    expect(told.map((ids) => ids.includes(taskId))).toEqual([true, false, false]);
  });

  it('ends a task that waits for its user, on a replica that never had it', async () => {
    const stream = a.stream('task; input-required');
    await stream.ended;
    const { taskId } = stream;
    await untilWaiting(taskId);
    const subscriber = a.resubscribe(taskId);
    await subscriber.until(1);
    expect(summaryOf(await c.client.cancel(taskId)).state).toBe('canceled');
    expect(mergeSeen(await subscriber.ended)).toEqual({ parts: 0, state: 'canceled' });
  });
});

describe('a message to a task that needs input', () => {
  it('may go to any replica, again and again; subscribers on the others see what comes of it', async () => {
    const stream = a.stream('task; chunks 1; input-required');
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
    const { taskId } = stream;
    for (const [index, agent] of [b, c, a].entries()) {
      await untilWaiting(taskId);
      const subscribers = [a, b, c].map((each) => each.resubscribe(taskId));
      await Promise.all(subscribers.map(async (each) => each.until(1)));
      const next = agent.stream(`task; chunks 1 0 ${index}-; input-required`, taskId);
      const seen = [`task working ${index + 1}`, `chunk ${index}-0`, 'input-required'];
      expect(await next.ended).toEqual(seen);
      for (const subscriber of subscribers) {
        const [snapshot, begun, ...rest] = await subscriber.ended;
        expect(snapshot).toBe(`task input-required ${index + 1}`);
        expect(begun).toMatch(/^task working/);
        expect(rest).toEqual(seen.slice(1));
      }
    }
    const last = b.stream('task; completed', taskId);
    expect(await last.ended).toEqual(['task working 4', 'completed']);
    const { state, parts } = summaryOf(await c.client.task(taskId));
    expect([state, parts]).toEqual(['completed', ['0', '0-0', '1-0', '2-0']]);
  });
});

it('nothing went unhandled in the processes', async () => {
  expect(await unhandledIn([a, b, c])).toEqual([]);
});
