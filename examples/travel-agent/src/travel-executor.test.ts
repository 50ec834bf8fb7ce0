import { type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import {
  type AgentExecutionEvent,
  DefaultExecutionEventBus,
  DefaultRequestHandler,
  InMemoryTaskStore,
  RequestContext,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { expect, test } from 'vitest';

import { agentCard } from './agent-card.ts';
import { request } from './travel-client.ts';
import { TravelExecutor } from './travel-executor.ts';
import { kindOf } from './updates.ts';

const FOREVER_MS = 600_000;
const caller = new ServerCallContext();

function handlerOf(executor: TravelExecutor): DefaultRequestHandler {
  return new DefaultRequestHandler(
    agentCard('http://127.0.0.1'),
    new InMemoryTaskStore(),
    executor,
  );
}

/** Follows a message's stream to its end; `onTask` runs when the task has begun. */
async function follow(
  stream: AsyncIterable<StreamResponse>,
  onTask: (taskId: string) => void = () => undefined,
): Promise<{ readonly kinds: readonly string[]; readonly taskId: string }> {
  const kinds: string[] = [];
  let taskId = '';
  for await (const update of stream) {
    kinds.push(kindOf(update));
    if (update.payload?.$case !== 'task') continue;
    taskId = update.payload.value.id;
    onTask(taskId);
  }
  return { kinds, taskId };
}

test('sends the itinerary day by day, then budget and packing list', async () => {
  const handler = handlerOf(new TravelExecutor(0));
  const { kinds } = await follow(handler.sendMessageStream(request('2 days in Kyoto'), caller));
  expect(kinds).toEqual([
    'task working',
    'itinerary',
    'itinerary +',
    'budget',
    'packing',
    'completed',
  ]);
});

test('asks once, and rejects what it then cannot plan', async () => {
  const handler = handlerOf(new TravelExecutor(0));
  const first = await follow(handler.sendMessageStream(request('A holiday'), caller));
  expect(first.kinds).toEqual(['task working', 'input-required']);
  const answer = request('Atlantis', { taskId: first.taskId });
  const second = await follow(handler.sendMessageStream(answer, caller));
  expect(second.kinds).toEqual(['task working', 'rejected']);
});

test('stops at once when canceled', async () => {
  const handler = handlerOf(new TravelExecutor(FOREVER_MS));
  let canceled: Promise<Task> | undefined;
  const { kinds } = await follow(
    handler.sendMessageStream(request('2 days in Kyoto'), caller),
    (id) => {
      canceled = handler.cancelTask({ tenant: '', id, metadata: undefined }, caller);
    },
  );
  expect(kinds).toEqual(['task working', 'canceled']);
  expect((await canceled)?.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
});

test('can be canceled while it waits for an answer', async () => {
  const handler = handlerOf(new TravelExecutor(0));
  const { taskId: id } = await follow(handler.sendMessageStream(request('Kyoto'), caller));
  const canceled = await handler.cancelTask({ tenant: '', id, metadata: undefined }, caller);
  expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
});

test('fails what is running when the server stops', async () => {
  const executor = new TravelExecutor(FOREVER_MS);
  const stream = handlerOf(executor).sendMessageStream(request('2 days in Kyoto'), caller);
  const { kinds } = await follow(stream, () => void executor.stop());
  expect(kinds).toEqual(['task working', 'failed']);
});

test('does not plan twice for a message to a task at work', async () => {
  const executor = new TravelExecutor(FOREVER_MS);
  const bus = new DefaultExecutionEventBus();
  const events: AgentExecutionEvent['kind'][] = [];
  bus.on('event', (event) => events.push(event.kind));
  const execute = (text: string): Promise<void> =>
    executor.execute(new RequestContext(request(text), 't', 'c', caller), bus);
  const turns = [execute('2 days in Kyoto'), execute('make it 3')];
  await executor.cancelTask('t', bus);
  await Promise.all(turns);
  expect(events).toEqual(['task', 'statusUpdate']);
});
