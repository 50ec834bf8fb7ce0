import { randomUUID } from 'node:crypto';

import {
  Role,
  type SendMessageRequest,
  type SendMessageResult,
  type StreamResponse,
  type Task,
} from '@a2a-js/sdk';
import {
  type Client,
  ClientFactory,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client';
import { GrpcTransportFactory } from '@a2a-js/sdk/client/grpc';

import type { TransportName } from './agent-card.ts';
import { textPart } from './events.ts';

/** What a message goes to, and who is told. */
export interface SendOptions {
  /** The task that it goes on with. @default a new one */
  readonly taskId?: string | undefined;
  readonly contextId?: string | undefined;
  /** A webhook. @default none */
  readonly webhook?: string | undefined;
  /** Whether the answer comes at the first event. @default false */
  readonly returnImmediately?: boolean | undefined;
}

/** A client of one replica, over one transport. */
export class AgentClient {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** @param url Where the replica serves HTTP; its card names the rest. */
  static async connect(url: string, transport: TransportName = 'JSONRPC'): Promise<AgentClient> {
    const factory = new ClientFactory({
      transports: [
        new JsonRpcTransportFactory(),
        new RestTransportFactory(),
        new GrpcTransportFactory(),
      ],
      preferredTransports: [transport],
    });
    return new AgentClient(await factory.createFromUrl(url));
  }

  /** Sends a script and streams what comes of it. */
  stream(script: string, options: SendOptions = {}): AsyncGenerator<StreamResponse, void> {
    return this.#client.sendMessageStream(requestOf(script, options));
  }

  /** Sends a script and waits for the answer. */
  async send(script: string, options: SendOptions = {}): Promise<SendMessageResult> {
    return this.#client.sendMessage(requestOf(script, options));
  }

  resubscribe(taskId: string): AsyncGenerator<StreamResponse, void> {
    return this.#client.resubscribeTask({ tenant: '', id: taskId });
  }

  async cancel(taskId: string): Promise<Task> {
    return this.#client.cancelTask({ tenant: '', id: taskId, metadata: undefined });
  }

  async task(taskId: string): Promise<Task> {
    return this.#client.getTask({ tenant: '', id: taskId });
  }
}

function requestOf(script: string, options: SendOptions): SendMessageRequest {
  const { taskId = '', contextId = '', webhook, returnImmediately = false } = options;
  return {
    tenant: '',
    message: {
      messageId: randomUUID(),
      role: Role.ROLE_USER,
      taskId,
      contextId,
      parts: [textPart(script)],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
    configuration: {
      acceptedOutputModes: [],
      returnImmediately,
      taskPushNotificationConfig:
        webhook === undefined
          ? undefined
          : {
              tenant: '',
              id: 'hook',
              taskId: '',
              url: webhook,
              token: '',
              authentication: undefined,
            },
    },
    metadata: undefined,
  };
}
