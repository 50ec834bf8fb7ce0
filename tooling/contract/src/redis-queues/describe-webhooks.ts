import { setTimeout as sleep } from 'node:timers/promises';

import { type StreamResponse, TaskState } from '@a2a-js/sdk';
import {
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
import { describeResponse, Listener } from '../queues/listener.ts';
import { cancelRequest, sendRequest } from '../queues/requests.ts';
import type { RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

/** An agent with a sender of push notifications, which notes what it has sent. */
class NotifyingAgent {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  readonly sent: string[] = [];
  readonly handler: DefaultRequestHandler;
  readonly queues: RedisQueueManager;
  /** What a notification waits for. */
  sending: () => Promise<void> = async () => {};

  constructor(tasks: TaskStore, queues: RedisQueueManager) {
    this.queues = queues;
    const sender: PushNotificationSender = {
      send: async (response: StreamResponse) => {
        await this.sending();
        this.sent.push(describeResponse(response));
      },
    };
    this.handler = new DefaultRequestHandler(
      CARD,
      tasks,
      queues.distribute(this.executor),
      queues,
      new InMemoryPushNotificationStore(),
      queues.distributeSender(sender),
    );
  }

  /** Sends a message, and waits for the answer: as a client that polls, or one that streams. */
  async send(
    taskId = '',
    by: 'sendMessage' | 'sendMessageStream' = 'sendMessage',
  ): Promise<{ execution: Execution; answer: Promise<unknown> }> {
    const executing = this.executor.next();
    const request = sendRequest({ taskId });
    const context = new ServerCallContext();
    const answer: Promise<unknown> =
      by === 'sendMessage'
        ? this.handler.sendMessage(request, context)
        : new Listener(this.handler.sendMessageStream(request, context)).ended;
    answer.catch(() => undefined);
    return { execution: await executing, answer };
  }

  /** Executes a task with 20 chunks to its end, and waits until the request has its answer. */
  async answerAll(): Promise<void> {
    const { execution, answer } = await this.send();
    execution.task().chunks(20).complete();
    await answer;
  }
}

/** How a store and a queue manager of one process can be connected, or have nothing to do with one another. */
const LAYOUTS = {
  'with one client': ({ a }: ReplicasInUse) => ({ ofStore: a.client, ofManager: a.client }),
  'with a client each': ({ a, b }: ReplicasInUse) => ({ ofStore: a.client, ofManager: b.client }),
  'with a foreign store': ({ a }: ReplicasInUse) => ({ ofStore: undefined, ofManager: a.client }),
};

/** Declares the tests of what webhooks are told by the replica that executes a task. */
export function describeWebhooks(subject: RedisQueueManagerSubject): void {
  describe.each(Object.entries(LAYOUTS))(`webhooks of a ${subject.name} %s`, (_name, clientsOf) => {
    const used = useReplicas(subject, 2);
    let agent: NotifyingAgent;
    let errors: Error[];

    beforeEach(() => {
      const { ofStore, ofManager } = clientsOf(used);
      const reported: Error[] = [];
      errors = reported;
      const taskStore =
        ofStore === undefined
          ? new InMemoryTaskStore()
          : subject.openStore(ofStore, `${used.prefix}tasks:`);
      const onError = (error: Error): void => void reported.push(error);
      const prefix = `${used.prefix}queues:`;
      agent = new NotifyingAgent(
        taskStore,
        subject.openQueues(ofManager, { prefix, taskStore, onError, closeDeadlineMs: 2000 }),
      );
    });
    afterEach(async () => {
      await agent.queues.close();
    });

    it.each(['sendMessage', 'sendMessageStream'] as const)(
      'are told of each event once where several requests hear it, of a task event, too: %s',
      async (by) => {
        const first = await agent.send();
        const { taskId } = first.execution;
        first.execution.task(TaskState.TASK_STATE_INPUT_REQUIRED).return();
        await vi.waitUntil(() => agent.sent.length === 1);
        const second = await agent.send(taskId, by);
        const third = await agent.send(taskId, by);
        const fourth = await agent.send(taskId, 'sendMessage');
        second.execution.task().chunks(2);
        third.execution.return();
        fourth.execution.return();
        second.execution.complete();
        await Promise.all([second.answer, third.answer, fourth.answer]);
        expect(await agent.queues.drain(10_000)).toBe(true);
        await vi.waitUntil(() => agent.sent.includes('completed'));
        expect(agent.sent).toEqual([
          'task input-required 0',
          'task working 0',
          'chunk 0',
          'chunk 1',
          'completed',
        ]);
        expect(errors).toEqual([]);
      },
    );

    describe('that are slow', () => {
      const all = [
        'task working 0',
        ...Array.from({ length: 20 }, (_, n) => `chunk ${n}`),
        'completed',
      ];

      it('are waited for by drain', async () => {
        agent.sending = async () => sleep(5);
        await agent.answerAll();
        expect(await agent.queues.drain(30_000)).toBe(true);
        expect(agent.sent).toEqual(all);
        expect(errors).toEqual([]);
      });

      it('are waited for by close', async () => {
        agent.sending = async () => sleep(5);
        await agent.answerAll();
        await agent.queues.close();
        expect(agent.sent).toEqual(all);
        expect(errors).toEqual([]);
      });

      it('are waited for no longer than drain and close may take, and reported then', async () => {
        const opened: (() => void)[] = [];
        agent.sending = async () =>
          new Promise((resolve) => {
            opened.push(resolve);
          });
        await agent.answerAll();
        await vi.waitUntil(() => opened.length === 1);
        opened[0]?.();
        await vi.waitUntil(() => opened.length === 2);
        expect(await agent.queues.drain(100)).toBe(false);
        await agent.queues.close();
        expect(agent.sent).toEqual(['task working 0']);
        expect(errors.map(({ message }) => message)).toEqual([
          '21 notifications to webhooks were not sent within 100 ms: they are lost where the process ends now.',
          '21 notifications to webhooks were not sent within 2000 ms: they are lost where the process ends now.',
        ]);
      });
    });
  });

  describe(`webhooks of several replicas of a ${subject.name} that share a foreign store`, () => {
    const used = useReplicas(subject, 2);
    let agents: readonly [NotifyingAgent, NotifyingAgent];

    beforeEach(() => {
      const tasks = new InMemoryTaskStore();
      const agentOf = (client: RedisClient): NotifyingAgent => {
        const options = { prefix: `${used.prefix}queues:`, taskStore: tasks, onError: () => {} };
        return new NotifyingAgent(tasks, subject.openQueues(client, options));
      };
      agents = [agentOf(used.a.client), agentOf(used.b.client)];
    });
    afterEach(async () => {
      await Promise.all(agents.map(async ({ queues }) => queues.close()));
    });

    const drained = async (): Promise<readonly boolean[]> =>
      Promise.all(agents.map(async ({ queues }) => queues.drain(10_000)));

    it('are told by the one that publishes, whoever else hears it', async () => {
      const [a, b] = agents;
      const first = await a.send();
      const { taskId } = first.execution;
      first.execution.task();
      await vi.waitUntil(() => a.sent.length === 1);
      const second = await b.send(taskId);
      second.execution.chunks(1, 'of b ');
      await vi.waitUntil(() => b.sent.length === 1);
      first.execution.chunks(2).complete();
      await Promise.all([first.answer, second.answer]);
      second.execution.return();
      expect(await drained()).toEqual([true, true]);
      expect(a.sent).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
      expect(b.sent).toEqual(['chunk of b 0']);
    });

    it('are told of a cancel by the one whose executor ends the task', async () => {
      const [a, b] = agents;
      const { execution, answer } = await a.send();
      execution.task();
      await vi.waitUntil(() => a.sent.length === 1);
      await b.handler.cancelTask(cancelRequest(execution.taskId), new ServerCallContext());
      await answer;
      expect(await drained()).toEqual([true, true]);
      expect([a.sent, b.sent]).toEqual([['task working 0', 'canceled'], []]);
    });
  });
}
