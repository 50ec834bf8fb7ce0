import { TRANSPORTS, WebhookReceiver } from '@a2a-redis-internal/agent-server';
import { describeResponse, summaryOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  type Agent,
  type Agents,
  chunks,
  eventually,
  startAgents,
  storedTask,
  unhandledIn,
} from './agents.ts';

// Many processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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

describe('cancel on another replica', () => {
  it.each(TRANSPORTS)(
    'reaches the executor, and every subscriber sees the end once, over %s',
    async (over) => {
      const stream = a.stream('task; chunks 2; wait never');
      await stream.until(3);
      const { taskId } = stream;
      const subscribers = [a, b, c].map((agent) => agent.resubscribe(taskId, over));
      await Promise.all(subscribers.map(async (each) => each.until(1)));
      const canceled = {
        state: 'canceled',
        parts: ['0', '1'],
        history: ['task; chunks 2; wait never'],
      };
      const client = await b.over(over);
      expect(summaryOf(await client.cancel(taskId))).toEqual(canceled);
      expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 2), 'canceled']);
      for (const subscriber of subscribers) {
        expect(await subscriber.ended).toEqual(['task working 2', 'canceled']);
      }
      expect(summaryOf(await c.client.task(taskId))).toEqual(canceled);
      const told = await Promise.all([a, b, c].map(async (each) => each.process.call('canceled')));
      expect(told.map((ids) => ids.filter((id) => id === taskId))).toEqual([[taskId], [], []]);
    },
  );

  it('waits while the executor takes its time', async () => {
    const stream = a.stream('ignore-cancel; task; wait slowly; canceled');
    await stream.until(1);
    const cancel = b.client.cancel(stream.taskId);
    await eventually(async () => (await a.process.call('canceled')).includes(stream.taskId));
    await a.process.call('open', 'slowly');
    expect(summaryOf(await cancel).state).toBe('canceled');
    expect(await stream.ended).toEqual(['task working 0', 'canceled']);
  });

  it('by many callers on all replicas ends the task once', async () => {
    const stream = a.stream('task; wait never');
    await stream.until(1);
    const answers = await Promise.all(
      [a, b, c, a, b, c].map(async ({ client }) => client.cancel(stream.taskId)),
    );
    expect(answers.map((task) => summaryOf(task).state)).toEqual(Array(6).fill('canceled'));
    expect(await stream.ended).toEqual(['task working 0', 'canceled']);
  });
});

describe('a message to a task that needs input', () => {
  it('may go to any replica; subscribers on the others see what comes of it', async () => {
    const stream = a.stream('task; chunks 1; input-required');
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
    const { taskId } = stream;
    const subscribers = [a, b, c].map((agent) => agent.resubscribe(taskId));
    await Promise.all(subscribers.map(async (each) => each.until(1)));

    const next = b.stream('task; chunks 1 0 b; completed', { taskId });
    expect(await next.ended).toEqual(['task working 1', 'chunk b0', 'completed']);
    for (const subscriber of subscribers) {
      const [first, second, ...rest] = await subscriber.ended;
      expect([first, ...rest]).toEqual(['task input-required 1', 'chunk b0', 'completed']);
      expect(second).toMatch(/^task working/);
    }
    expect(summaryOf(await c.client.task(taskId))).toEqual({
      state: 'completed',
      parts: ['0', 'b0'],
      history: ['task; chunks 1; input-required', 'task; chunks 1 0 b; completed'],
    });
  });

  it('can be followed by further ones, each on another replica', async () => {
    const { taskId } = await ended(a.stream('task; chunks 1 0 a; input-required'));
    for (const [index, agent] of [b, c, a, c].entries()) {
      const next = agent.stream(`task; chunks 1 0 ${index}-; input-required`, { taskId });
      const seen = [`task working ${index + 1}`, `chunk ${index}-0`, 'input-required'];
      expect(await next.ended).toEqual(seen);
    }
    const last = await ended(b.stream('task; completed', { taskId }));
    expect(last.seen).toEqual(['task working 5', 'completed']);
    expect(await storedTask(c, taskId)).toEqual({
      state: 'completed',
      parts: ['a0', '0-0', '1-0', '2-0', '3-0'],
    });
    await expect(a.resubscribe(taskId).ended).rejects.toThrow('terminal state');
  });

  it('can be canceled on a replica that never had it', async () => {
    const { taskId } = await ended(a.stream('task; input-required'));
    const subscriber = a.resubscribe(taskId);
    await subscriber.until(1);
    expect(summaryOf(await c.client.cancel(taskId)).state).toBe('canceled');
    expect(await subscriber.ended).toEqual(['task input-required 0', 'canceled']);
  });
});

describe('two messages to one task', () => {
  it.each([
    ['on one replica', (): readonly [Agent, Agent] => [a, a]],
    ['on two replicas', (): readonly [Agent, Agent] => [a, b]],
  ])('%s: each chunk is stored once', async (name, agents) => {
    const [one, two] = agents();
    const stream = one.stream(`task; chunks 6 1 a; wait 1 ${name}; chunks 6 1 c; completed`);
    await stream.until(2);
    const { taskId } = stream;
    const other = two.client.send(`chunks 12 1 b; wait 2 ${name}`, { taskId });
    await eventually(async () => (await storedTask(c, taskId)).parts.length >= 18);
    await one.process.call('open', `1 ${name}`);
    const seen = await stream.ended;
    await two.process.call('open', `2 ${name}`);
    await other;
    const all = [...chunks(0, 6, 'a'), ...chunks(6, 12, 'c'), ...chunks(0, 12, 'b')].map((chunk) =>
      chunk.replace('chunk ', ''),
    );
    const { state, parts } = await storedTask(c, taskId);
    expect(state).toBe('completed');
    const { history } = summaryOf(await c.client.task(taskId));
    expect(history.map((text) => text.split(';')[0])).toEqual(['task', 'chunks 12 1 b']);
    expect(parts.toSorted()).toEqual(all.toSorted());
    expect(seen.toSorted()).toEqual(
      ['task working 0', ...all.map((chunk) => `chunk ${chunk}`), 'completed'].toSorted(),
    );
    // Each publisher's order is kept.
    for (const labels of ['[ac]', 'b']) {
      const its = new RegExp(`^${labels}`);
      const inOrder = all.filter((chunk) => its.test(chunk));
      expect(parts.filter((part) => its.test(part))).toEqual(inOrder);
    }
  });
});

describe('webhooks', () => {
  it('tell of every event, in order, whichever replica serves the rest', async () => {
    await using webhooks = await WebhookReceiver.start();
    const stream = a.stream('task; chunks 20 1; wait hook; completed', { webhook: webhooks.url });
    await stream.until(21);
    const subscriber = b.resubscribe(stream.taskId);
    await subscriber.until(1);
    await a.process.call('open', 'hook');
    await Promise.all([stream.ended, subscriber.ended]);
    await eventually(() => webhooks.received.length >= 22);
    const words = webhooks.received.map(describeResponse);
    expect(words).toEqual(['task working 0', ...chunks(0, 20), 'completed']);
  });

  it('tell of the end that another replica asked for', async () => {
    await using webhooks = await WebhookReceiver.start();
    const stream = a.stream('task; wait never', { webhook: webhooks.url });
    await stream.until(1);
    await b.client.cancel(stream.taskId);
    await stream.ended;
    await eventually(() => webhooks.received.length >= 2);
    // The request to cancel hears the end, too.
    expect(webhooks.received.map(describeResponse)).toEqual(['task working 0', 'canceled']);
  });
});

it('nothing went unhandled in the processes', async () => {
  expect(await unhandledIn([a, b, c])).toEqual([]);
});

async function ended<T extends { readonly ended: Promise<unknown> }>(stream: T): Promise<T> {
  await stream.ended;
  return stream;
}
