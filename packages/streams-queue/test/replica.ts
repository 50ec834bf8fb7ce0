import { type AgentCard, type Message, Role, type StreamResponse, TaskState } from '@a2a-js/sdk';
import { DefaultRequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { createClient } from 'redis';

import {
  RedisStreamsQueueManager,
  type RedisStreamsQueueManagerOptions,
} from '../src/redis-streams-queue-manager.ts';
import { DrivenExecutor } from './driven-executor.ts';

/** A replica of an agent: all of its parts, with connections of its own, in this process. */
export class Replica implements AsyncDisposable {
  readonly executor = new DrivenExecutor();
  readonly errors: Error[] = [];
  readonly client: Awaited<ReturnType<typeof connected>>;
  readonly tasks: RedisTaskStore;
  readonly queues: RedisStreamsQueueManager;
  readonly handler: DefaultRequestHandler;

  private constructor(
    client: Awaited<ReturnType<typeof connected>>,
    prefix: string,
    options: RedisStreamsQueueManagerOptions,
  ) {
    this.client = client;
    this.tasks = new RedisTaskStore(client, { prefix: `${prefix}tasks:` });
    this.queues = new RedisStreamsQueueManager(client, {
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
    options: RedisStreamsQueueManagerOptions = {},
  ): Promise<Replica> {
    return new Replica(await connected(url), prefix, options);
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

async function connected(url: string) {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export const CONTEXT: ServerCallContext = new ServerCallContext();

let messages = 0;

export function messageOf(message: Partial<Message>): Message {
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

/** Reads a stream as it comes. */
export class Listener {
  readonly seen: string[] = [];
  readonly ended: Promise<string[]>;
  readonly #waiting = new Set<() => void>();

  constructor(responses: AsyncGenerator<StreamResponse, void, undefined>) {
    this.ended = this.#read(responses);
    this.ended.catch(() => {});
  }

  /** Waits until this many responses were seen. */
  async until(count: number): Promise<readonly string[]> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
    return this.seen;
  }

  async #read(responses: AsyncGenerator<StreamResponse, void, undefined>): Promise<string[]> {
    for await (const response of responses) {
      this.seen.push(describe(response));
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
    return this.seen;
  }
}

/** A response in a word: `task working 3`, `chunk 7`, `completed`. */
function describe({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task': {
      const parts = payload.value.artifacts.flatMap((artifact) => artifact.parts);
      return `task ${stateName(payload.value.status?.state)} ${parts.length}`;
    }
    case 'statusUpdate':
      return stateName(payload.value.status?.state);
    case 'artifactUpdate': {
      const values = payload.value.artifact?.parts.map(({ content }) =>
        content?.$case === 'text' ? content.value : '?',
      );
      return `chunk ${values?.join(',')}`;
    }
    default:
      return payload?.$case ?? 'nothing';
  }
}

function stateName(state: TaskState | undefined): string {
  return (TaskState[state ?? 0] ?? '').replace('TASK_STATE_', '').toLowerCase();
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
