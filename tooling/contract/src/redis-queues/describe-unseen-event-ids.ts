import {
  type Message,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutionEvent,
  DefaultRequestHandler,
  InMemoryPushNotificationStore,
  InMemoryTaskStore,
  type PushNotificationSender,
  ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';
import type { RedisClient } from '@a2a-redis/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CARD } from '../queues/agent-card.ts';
import { DrivenExecutor, type Execution } from '../queues/driven-executor.ts';
import { describeResponse } from '../queues/listener.ts';
import { cancelRequest, sendRequest } from '../queues/requests.ts';
import type { RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

/** Everything that an application was handed, and what was found in it then that is not the SDK's. */
class HandedOut {
  readonly foreign: string[] = [];

  note<T>(from: string, value: T): T {
    this.foreign.push(...foreignIn(value).map((path) => `${from}: ${path}`));
    return value;
  }
}

/** Properties of these packages, and such as are more than a value, at every depth. */
function foreignIn(value: unknown, path = '', known = new Set<object>()): string[] {
  if (typeof value !== 'object' || value === null || known.has(value)) return [];
  known.add(value);
  const found: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    const at = `${path}/${String(key)}`;
    const name = typeof key === 'symbol' ? (key.description ?? '') : key;
    if (name.startsWith('a2a-redis')) found.push(at);
    if (Reflect.getOwnPropertyDescriptor(value, key)?.get !== undefined) found.push(`${at}: read`);
    found.push(...foreignIn(Reflect.get(value, key), at, known));
  }
  return found;
}

/** A process that embeds an agent: it calls the request handler itself. */
class EmbeddedAgent {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  readonly handler: DefaultRequestHandler;
  readonly queues: RedisQueueManager;
  readonly told: string[] = [];
  readonly errors: Error[] = [];
  readonly #out: HandedOut;

  constructor(
    out: HandedOut,
    tasks: TaskStore,
    openQueues: (onError: (error: Error) => void) => RedisQueueManager,
  ) {
    this.#out = out;
    this.queues = openQueues((error) => void this.errors.push(error));
    const sender: PushNotificationSender = {
      send: async (response, _context, task) => {
        out.note('webhook', response);
        out.note('task of a webhook', task);
        this.told.push(describeResponse(response));
      },
    };
    this.handler = new DefaultRequestHandler(
      CARD,
      tasks,
      this.queues.distribute(this.executor),
      this.queues,
      new InMemoryPushNotificationStore(),
      this.queues.distributeSender(sender),
    );
  }

  /** Streams the answer to a message. Resolves to what was seen in the end. */
  async stream(taskId = ''): Promise<{ execution: Execution; seen: Promise<string[]> }> {
    const executing = this.executor.next();
    const request = sendRequest({ taskId });
    const stream = this.handler.sendMessageStream(request, new ServerCallContext());
    const seen = this.#read('sendMessageStream', stream);
    seen.catch(() => undefined);
    return { execution: await executing, seen };
  }

  /** Sends a message and waits for the answer. */
  async send(
    taskId = '',
    returnImmediately = false,
  ): Promise<{ execution: Execution; answer: Promise<Message | Task> }> {
    const executing = this.executor.next();
    const configuration = {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined as TaskPushNotificationConfig | undefined,
      returnImmediately,
    };
    const request = sendRequest({ taskId }, configuration);
    const answer = this.handler
      .sendMessage(request, new ServerCallContext())
      .then((result) => this.#out.note('sendMessage', result));
    answer.catch(() => undefined);
    return { execution: await executing, answer };
  }

  async resubscribe(id: string): Promise<string[]> {
    const stream = this.handler.resubscribe({ tenant: '', id }, new ServerCallContext());
    return this.#read('resubscribe', stream);
  }

  async get(id: string): Promise<Task> {
    const task = await this.handler.getTask({ tenant: '', id }, new ServerCallContext());
    return this.#out.note('getTask', task);
  }

  async cancel(id: string): Promise<Task> {
    const task = await this.handler.cancelTask(cancelRequest(id), new ServerCallContext());
    return this.#out.note('cancelTask', task);
  }

  async #read(from: string, stream: AsyncGenerator<StreamResponse, void>): Promise<string[]> {
    const kept: StreamResponse[] = [];
    for await (const response of stream) kept.push(this.#out.note(from, response));
    // Nor is anything added to it later.
    return kept.map((response) => describeResponse(this.#out.note(`${from}, later`, response)));
  }
}

/** Where tasks are: whose store it is, and with which of the clients. */
const LAYOUTS = {
  'a store of the same client': (own: RedisClient, _other, open) => open(own),
  'a store of another client': (_own, other: RedisClient, open) => open(other),
  'the store of the SDK in memory': () => new InMemoryTaskStore(),
} satisfies Record<
  string,
  (own: RedisClient, other: RedisClient, open: (client: RedisClient) => TaskStore) => TaskStore
>;

/**
 * Declares the tests of what an application sees of the event ids, with which the events in a process are stored
 * once: nothing.
 */
export function describeUnseenEventIds(subject: RedisQueueManagerSubject): void {
  describe.each(Object.entries(LAYOUTS))(
    `what an application sees of a ${subject.name} with %s`,
    (layout, openStore) => {
      const used = useReplicas(subject, 2);
      const knowsIds = layout !== 'the store of the SDK in memory';
      let out: HandedOut;
      let agent: EmbeddedAgent;
      /** Another process, which shares the tasks where they can be. */
      let another: EmbeddedAgent;

      beforeEach(() => {
        out = new HandedOut();
        agent = open(used, used.a.client, used.b.client);
        another = open(used, used.b.client, used.a.client);
      });
      afterEach(async () => {
        await Promise.all([agent.queues.close(), another.queues.close()]);
      });

      function open(
        { prefix }: ReplicasInUse,
        own: RedisClient,
        other: RedisClient,
      ): EmbeddedAgent {
        const tasks = openStore(own, other, (client) =>
          subject.openStore(client, `${prefix}tasks:`),
        );
        return new EmbeddedAgent(out, tasks, (onError) =>
          subject.openQueues(own, { prefix: `${prefix}queues:`, taskStore: tasks, onError }),
        );
      }

      /** Who can subscribe to a task of the first. */
      function subscribers(): EmbeddedAgent[] {
        return knowsIds ? [agent, another] : [agent];
      }

      it('shows nothing of event ids to a stream, to subscribers and to webhooks', async () => {
        const { execution, seen } = await agent.stream();
        const { taskId } = execution;
        execution.task().chunks(1);
        await vi.waitFor(async () => agent.get(taskId));
        const subscribed = subscribers().map(async (each) => each.resubscribe(taskId));
        execution.bus.publish(artifactUpdate(execution, 'another', 'whole', false));
        execution.bus.publish(artifactUpdate(execution, 'answer', undefined, true));
        execution.chunks(2).status(TaskState.TASK_STATE_WORKING).chunks(1);
        await agent.queues.flush();
        const tasks = await Promise.all(subscribers().map(async (each) => each.get(taskId)));
        expect(tasks.map(({ id }) => id)).toEqual(subscribers().map(() => taskId));
        execution.complete();
        const all = [
          'task working 0',
          'chunk 0',
          'chunk whole',
          'chunk ',
          'chunk 1',
          'chunk 2',
          'working',
          'chunk 3',
          'completed',
        ];
        expect(await seen).toEqual(all);
        for (const each of await Promise.all(subscribed)) {
          expect(each.at(-1)).toMatch(/^(task )?completed/u);
        }
        expect(await agent.queues.drain(30_000)).toBe(true);
        expect(agent.told).toEqual(all);
        expect(out.foreign).toEqual([]);
        expect([...agent.errors, ...another.errors]).toEqual([]);
      });

      it('shows nothing of them to several requests of one task at once', async () => {
        const first = await agent.send();
        const { taskId } = first.execution;
        first.execution.task().status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
        expect(await first.answer).toMatchObject({ id: taskId });
        const one = await agent.stream(taskId);
        const two = await agent.stream(taskId);
        const three = await agent.send(taskId);
        const immediate = agent.send(taskId, true);
        const four = await immediate;
        const subscribed = subscribers().map(async (each) => each.resubscribe(taskId));
        one.execution.task().chunks(2);
        expect(await four.answer).toMatchObject({ id: taskId });
        two.execution.chunks(1, 'b').return();
        three.execution.return();
        four.execution.return();
        one.execution.chunks(1).complete();
        const chunks = ['chunk 0', 'chunk 1', 'chunk b0', 'chunk 2'];
        const all = ['task working 0', ...chunks, 'completed'];
        expect(await Promise.all([one.seen, two.seen])).toEqual([all, all]);
        expect(await three.answer).toMatchObject({ id: taskId });
        for (const each of await Promise.all(subscribed)) {
          expect(each.at(-1)).toMatch(/^(task )?completed/u);
        }
        expect(await agent.queues.drain(30_000)).toBe(true);
        const told = ['task working 0', 'input-required', ...all];
        const { artifacts } = await agent.get(taskId);
        // A store in memory knows nothing of event ids: there, each request stores and tells of each event.
        const known = knowsIds
          ? { parts: partsOf(artifacts), told: agent.told }
          : { parts: 4, told };
        expect(known).toEqual({ parts: 4, told });
        expect(out.foreign).toEqual([]);
        expect([...agent.errors, ...another.errors]).toEqual([]);
      });

      it('shows nothing of them in what is of no task, and so not stored', async () => {
        const { execution, seen } = await agent.stream();
        const { request } = execution;
        execution.task();
        execution.bus.publish(artifactUpdate({ taskId: 'of none', request }, 'a', 'of none', true));
        execution.complete();
        expect(await seen).toEqual(['task working 0', 'chunk of none', 'completed']);
        expect(out.foreign).toEqual([]);
      });

      it('shows nothing of them in what comes after an end, and is not stored', async () => {
        const { execution, seen } = await agent.stream();
        execution.task(TaskState.TASK_STATE_COMPLETED).status(TaskState.TASK_STATE_WORKING);
        execution.return();
        expect(await seen).toEqual(['task completed 0', 'working']);
        expect(out.foreign).toEqual([]);
      });

      it('shows nothing of them to who cancels, here and elsewhere', async () => {
        for (const each of subscribers()) {
          const { execution, seen } = await agent.stream();
          agent.executor.onCancel = async () => {
            execution.chunks(2).status(TaskState.TASK_STATE_CANCELED).return();
          };
          execution.task();
          await vi.waitFor(async () => agent.get(execution.taskId));
          await agent.queues.flush();
          expect((await each.cancel(execution.taskId)).status?.state).toBe(
            TaskState.TASK_STATE_CANCELED,
          );
          expect(await seen).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'canceled']);
          const { artifacts } = await each.get(execution.taskId);
          expect(knowsIds ? partsOf(artifacts) : 2).toBe(2);
        }
        expect(out.foreign).toEqual([]);
      });
    },
  );
}

function partsOf(artifacts: Task['artifacts']): number {
  return artifacts.flatMap(({ parts }) => parts).length;
}

/** A chunk, or an event that says something of an artifact and brings no part. */
function artifactUpdate(
  { taskId, request }: Pick<Execution, 'taskId' | 'request'>,
  artifactId: string,
  text: string | undefined,
  append: boolean,
): AgentExecutionEvent {
  const content = { $case: 'text' as const, value: text ?? '' };
  const part = { content, mediaType: 'text/plain', filename: '', metadata: undefined };
  return AgentEvent.artifactUpdate({
    taskId,
    contextId: request.contextId,
    artifact: {
      artifactId,
      name: 'named',
      description: '',
      parts: text === undefined ? [] : [part],
      metadata: undefined,
      extensions: [],
    },
    append,
    lastChunk: true,
    metadata: undefined,
  });
}
