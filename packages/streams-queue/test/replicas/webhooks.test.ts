import { WebhookReceiver } from '@a2a-redis-internal/agent-server';
import { describeResponse } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type Agent, type Agents, chunks, eventually, startAgents, storedTask } from './agents.ts';

// Many processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: RedisServer;
let hooks: WebhookReceiver;
let group: Agents;
let agents: readonly Agent[];

beforeAll(async () => {
  server = await startRedisServer();
  hooks = await WebhookReceiver.start();
  group = await startAgents(['a', 'b', 'c'], server.url, { failoverMs: 5000 }, undefined, {
    AGENT_GRPC: 'off',
  });
  agents = group.agents;
});
afterAll(async () => {
  await group[Symbol.asyncDispose]();
  await hooks[Symbol.asyncDispose]();
  await server.stop();
});

function three(): readonly [Agent, Agent, Agent] {
  const [a, b, c] = agents;
  if (a === undefined || b === undefined || c === undefined) throw new Error('Fewer than three.');
  return [a, b, c];
}

describe('webhooks', () => {
  it('are told of each event once and in order, of two sends on two replicas', async () => {
    const [a, b] = three();
    const stream = a.stream('task; wait 1; chunks 3; completed', { webhook: hooks.url });
    await stream.until(1);
    const other = b.client.send('wait 2', { taskId: stream.taskId });
    await eventually(async () => (await b.process.call('begun')).includes(stream.taskId));
    await a.process.call('open', '1');
    await stream.ended;
    await b.process.call('open', '2');
    await other;
    await eventually(() => toldOf(stream.taskId).length >= 5);
    expect(toldOf(stream.taskId)).toEqual(['task working 0', ...chunks(0, 3), 'completed']);
  });

  it('are told once of the end of a replica that was killed while several wait for a cancel', async () => {
    const [a, b, c] = three();
    const stream = a.stream('ignore-cancel; task; wait never', { webhook: hooks.url });
    await stream.until(1);
    const cancels = [b, c, b].map(async (each) => each.client.cancel(stream.taskId));
    await eventually(async () => (await a.process.call('canceled')).length === 3);
    await a.process.kill();
    // Who notices first ends the task: whoever asked for a cancel, or who looks after lost replicas.
    await Promise.allSettled(cancels);
    const { state } = await storedTask(c, stream.taskId);
    expect(['canceled', 'failed']).toContain(state);
    // One more notification would come with the event itself.
    await eventually(() => toldOf(stream.taskId).length >= 2);
    const probe = c.stream('task; completed', { webhook: hooks.url });
    await probe.ended;
    await eventually(() => toldOf(probe.taskId).length >= 2);
    expect(toldOf(stream.taskId)).toEqual(['task working 0', state]);
  });
});

function toldOf(taskId: string): readonly string[] {
  return hooks.received.filter((each) => taskIdOf(each) === taskId).map(describeResponse);
}

function taskIdOf({ payload }: WebhookReceiver['received'][number]): string | undefined {
  return payload?.$case === 'task' ? payload.value.id : payload?.value.taskId;
}
