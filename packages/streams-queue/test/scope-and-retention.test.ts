import { TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import { useReplicas } from '@a2a-redis-internal/contract/redis-queue-managers';
import { expect, it } from 'vitest';

import { RedisStreamsQueueManager } from '../src/redis-streams-queue-manager.ts';
import { STREAMS } from './subject.ts';

const RETENTION = { retentionSeconds: 100, endedRetentionSeconds: 7 };

const used = useReplicas(
  {
    ...STREAMS,
    openQueues: (client, options) =>
      new RedisStreamsQueueManager(client, { ...options, ...RETENTION }),
  },
  1,
);

const callOf = (userName: string): ServerCallContext =>
  new ServerCallContext({ tenant: 'acme', user: { isAuthenticated: true, userName } });

function status(timestamp: string): AgentExecutionEvent {
  const state = TaskState.TASK_STATE_WORKING;
  const update = { status: { state, message: undefined, timestamp }, metadata: undefined };
  return AgentEvent.statusUpdate({ taskId: 't', contextId: 'c', ...update });
}

it('tasks of two owners with one id are two tasks', async () => {
  const { a, prefix } = used;
  const [ann, bob] = [callOf('ann'), callOf('bob')];
  const heard: string[] = [];
  const buses = [ann, bob].map((context) => a.queues.createOrGetByTaskId('t', context));
  for (const [index, bus] of buses.entries()) {
    bus.on('event', (event) => {
      const text = event.kind === 'statusUpdate' ? event.data.status?.timestamp : '';
      heard.push(`${index} ${text}`);
    });
  }
  buses[0]?.publish(status('of ann'));
  buses[1]?.publish(status('of bob'));
  await a.queues.flush();
  expect(heard).toEqual(['0 of ann', '1 of bob']);
  const logs = await Promise.all(
    ['ann', 'bob'].map(async (name) =>
      a.client.xRange(`${prefix}queues:{acme:${name}:t}:log`, '-', '+'),
    ),
  );
  expect(
    logs.map((log) => (log ?? []).map(({ message }) => message['e']?.includes('of '))),
  ).toEqual([[true], [true]]);
  for (const bus of buses) bus.finished();
  await a.queues.flush();
});

it('what is kept of a task stays for the retention, and after its end for the shorter one', async () => {
  const { a } = used;
  const { execution, stream } = await beginTask(a);
  await a.queues.flush();
  const keys = ['state', 'log'].map((key) => `${used.taskKey(execution.taskId)}:${key}`);
  const kept = async (): Promise<readonly boolean[]> =>
    Promise.all(keys.map(async (key) => (await a.client.ttl(key)) > 7));
  expect(await kept()).toEqual([true, true]);
  execution.complete();
  await stream.ended;
  await a.queues.flush();
  expect(await kept()).toEqual([false, false]);
  expect(
    (await Promise.all(keys.map(async (key) => a.client.ttl(key)))).every((ttl) => ttl > 0),
  ).toBe(true);
});
