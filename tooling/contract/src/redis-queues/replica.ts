import type { Message, Task } from '@a2a-js/sdk';
import { DefaultRequestHandler, type TaskStore } from '@a2a-js/sdk/server';
import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { QueueManagerOptions } from '@a2a-redis/core/queue-manager';

import { CARD } from '../queues/agent-card.ts';
import { summaryOf, type TaskSummary } from '../queues/agent.ts';
import { DrivenExecutor } from '../queues/driven-executor.ts';
import { Listener } from '../queues/listener.ts';
import { cancelRequest, CONTEXT, sendRequest } from '../queues/requests.ts';
import type { RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';

/** A client of any kind, which its user closes. */
export interface ClosableClient extends RedisScriptClient {
  readonly isOpen: boolean;
  destroy(): unknown;
}

/** A replica of an agent: all of its parts, with connections of its own, in this process. */
export class Replica<Client extends ClosableClient = RedisClient> implements AsyncDisposable {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  /** What the queue manager reported. */
  readonly errors: Error[] = [];
  readonly client: Client;
  readonly tasks: TaskStore;
  readonly queues: RedisQueueManager;
  readonly handler: DefaultRequestHandler;

  private constructor(
    subject: RedisQueueManagerSubject,
    client: Client,
    prefix: string,
    options: QueueManagerOptions,
  ) {
    this.client = client;
    this.tasks = subject.openStore(client, `${prefix}tasks:`);
    this.queues = subject.openQueues(client, {
      prefix: `${prefix}queues:`,
      taskStore: this.tasks,
      onError: (error) => {
        this.errors.push(error);
      },
      ...options,
    });
    const executor = this.queues.distribute(this.executor);
    this.handler = new DefaultRequestHandler(CARD, this.tasks, executor, this.queues);
  }

  /** @param prefix The same for all replicas of an agent. */
  static async start(
    subject: RedisQueueManagerSubject,
    url: string,
    prefix: string,
    options: QueueManagerOptions = {},
  ): Promise<Replica> {
    return new Replica(subject, await createRedisClient({ url }), prefix, options);
  }

  /** @param client Connected; closed with the replica. */
  static on<Client extends ClosableClient>(
    subject: RedisQueueManagerSubject,
    client: Client,
    prefix: string,
    options: QueueManagerOptions = {},
  ): Replica<Client> {
    return new Replica(subject, client, prefix, options);
  }

  /** Sends a message and streams the answer. */
  stream(message: Partial<Message> = {}): Listener {
    return new Listener(this.handler.sendMessageStream(sendRequest(message), CONTEXT));
  }

  resubscribe(id: string): Listener {
    return new Listener(this.handler.resubscribe({ tenant: '', id }, CONTEXT));
  }

  async cancel(id: string): Promise<Task> {
    return this.handler.cancelTask(cancelRequest(id), CONTEXT);
  }

  /** The stored task in short; `undefined` where there is none. */
  async stored(taskId: string): Promise<TaskSummary | undefined> {
    const task = await this.tasks.load(taskId, CONTEXT);
    return task === undefined ? undefined : summaryOf(task);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queues.close();
    if (this.client.isOpen) this.client.destroy();
  }
}
