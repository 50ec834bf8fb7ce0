import { type AgentCard, type Message, Role } from '@a2a-js/sdk';
import { DefaultRequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import { DrivenExecutor, Listener } from '@a2a-redis-internal/contract/queue-fixtures';
import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { RedisTaskStore } from '@a2a-redis/task-store';

import {
  RedisPubSubQueueManager,
  type RedisPubSubQueueManagerOptions,
} from '../src/redis-pubsub-queue-manager.ts';

/** A replica of an agent: all of its parts, with connections of its own, in this process. */
export class Replica implements AsyncDisposable {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  readonly errors: Error[] = [];
  readonly client: RedisClient;
  readonly tasks: RedisTaskStore;
  readonly queues: RedisPubSubQueueManager;
  readonly handler: DefaultRequestHandler;

  private constructor(
    client: RedisClient,
    prefix: string,
    options: RedisPubSubQueueManagerOptions,
  ) {
    this.client = client;
    this.tasks = new RedisTaskStore(client, { prefix: `${prefix}tasks:` });
    this.queues = new RedisPubSubQueueManager(client, {
      prefix: `${prefix}queues:`,
      taskStore: this.tasks,
      onError: (error) => {
        this.errors.push(error);
      },
      ...options,
    });
    this.handler = new DefaultRequestHandler(
      CARD,
      this.tasks,
      this.queues.distribute(this.executor),
      this.queues,
      undefined,
      options.pushNotificationSender,
    );
  }

  static async start(
    url: string,
    prefix: string,
    options: RedisPubSubQueueManagerOptions = {},
  ): Promise<Replica> {
    return new Replica(await createRedisClient({ url }), prefix, options);
  }

  /** Sends a message and streams the answer. */
  stream(message: Partial<Message> = {}): Listener {
    const request = {
      tenant: '',
      message: messageOf(message),
      configuration: undefined,
      metadata: undefined,
    };
    return new Listener(this.handler.sendMessageStream(request, CONTEXT));
  }

  resubscribe(id: string): Listener {
    return new Listener(this.handler.resubscribe({ tenant: '', id }, CONTEXT));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queues.close();
    this.client.destroy();
  }
}

export const CONTEXT: ServerCallContext = new ServerCallContext();

let messages = 0;

function messageOf(message: Partial<Message>): Message {
  messages += 1;
  return {
    messageId: `m${messages}`,
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...message,
  };
}

const CARD: AgentCard = {
  name: 'driven',
  description: '',
  version: '1',
  provider: undefined,
  documentationUrl: undefined,
  iconUrl: undefined,
  supportedInterfaces: [],
  capabilities: {
    streaming: true,
    pushNotifications: true,
    extendedAgentCard: false,
    extensions: [],
  },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: [],
  defaultOutputModes: [],
  skills: [],
  signatures: [],
};
