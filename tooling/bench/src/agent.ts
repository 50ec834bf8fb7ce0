import { randomUUID } from 'node:crypto';

import {
  type AgentCard,
  type SendMessageConfiguration,
  type SendMessageRequest,
  type TaskArtifactUpdateEvent,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  type PushNotificationSender,
  type PushNotificationStore,
  type RequestContext,
  type TaskStore,
} from '@a2a-js/sdk/server';

import type { BaseQueueManager } from '@a2a-redis/core/queue-manager';

import { chunkText, contextOf, messageOf, textPart } from './workload.ts';

/**
 * How many events the agent may be ahead of its client: the SDK's queue has no limit, and a queue of
 * 20,000 events would be measured instead of the store.
 */
export const MOST_AHEAD = 16;

/** What one stream took. */
export interface StreamTiming {
  readonly taskId: string;
  /** Events that the client received: the task, the chunks, the final status. */
  readonly events: number;
  readonly wallMs: number;
  /** Processor time of this process, all threads. */
  readonly cpuMs: number;
}

/** Who is told of a stream by webhooks. */
export interface StreamPush {
  readonly store: PushNotificationStore;
  readonly sender: PushNotificationSender;
  /** The receiver. */
  readonly url: string;
}

/** Lets the agent publish while the client keeps up. */
class Pace {
  #ahead = 0;
  #resume: (() => void) | undefined;

  async published(): Promise<void> {
    this.#ahead += 1;
    if (this.#ahead < MOST_AHEAD) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  received(): void {
    this.#ahead -= 1;
    this.#resume?.();
    this.#resume = undefined;
  }
}

/** An agent that answers with one artifact in many chunks. */
class ChunkAgent implements AgentExecutor {
  readonly #chunks: number;
  readonly #pace: Pace;

  constructor(chunks: number, pace: Pace) {
    this.#chunks = chunks;
    this.#pace = pace;
  }

  async execute(
    { taskId, contextId, userMessage }: RequestContext,
    eventBus: ExecutionEventBus,
  ): Promise<void> {
    eventBus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: statusOf(TaskState.TASK_STATE_WORKING),
        artifacts: [],
        history: [userMessage],
        metadata: undefined,
      }),
    );
    await this.#pace.published();
    const artifactId = randomUUID();
    for (let index = 0; index < this.#chunks; index += 1) {
      eventBus.publish(
        AgentEvent.artifactUpdate(chunkEvent({ taskId, contextId, artifactId }, index)),
      );
      await this.#pace.published();
    }
    eventBus.publish(
      AgentEvent.statusUpdate({
        taskId,
        contextId,
        status: statusOf(TaskState.TASK_STATE_COMPLETED),
        metadata: undefined,
      }),
    );
    eventBus.finished();
  }

  async cancelTask(): Promise<void> {}
}

function statusOf(state: TaskState): TaskStatus {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}

/** The event of one chunk, as the agent publishes it. */
export function chunkEvent(
  ids: { readonly taskId: string; readonly contextId: string; readonly artifactId: string },
  index: number,
): TaskArtifactUpdateEvent {
  const { taskId, contextId, artifactId } = ids;
  return {
    taskId,
    contextId,
    artifact: {
      artifactId,
      name: '',
      description: '',
      parts: [textPart(chunkText(index))],
      metadata: undefined,
      extensions: [],
    },
    append: index > 0,
    lastChunk: false,
    metadata: undefined,
  };
}

/**
 * Has the agent stream its chunks through the SDK's request handler, and checks that all of them were
 * stored.
 *
 * @param push Absent where nobody is told by webhooks.
 */
export async function streamChunks(
  store: TaskStore,
  chunks: number,
  queues?: BaseQueueManager,
  push?: StreamPush,
): Promise<StreamTiming> {
  const context = contextOf('stream');
  const pace = new Pace();
  const agent = new ChunkAgent(chunks, pace);
  const executor = queues?.distribute(agent) ?? agent;
  const handler = new DefaultRequestHandler(
    push === undefined ? CARD : PUSHING_CARD,
    store,
    executor,
    queues,
    push?.store,
    push?.sender,
  );
  const request: SendMessageRequest = {
    tenant: '',
    message: messageOf('stream'),
    configuration: push && configurationOf(push.url),
    metadata: undefined,
  };
  let events = 0;
  let taskId = '';
  const cpu = process.cpuUsage();
  const started = performance.now();
  for await (const { payload } of handler.sendMessageStream(request, context)) {
    events += 1;
    if (payload?.$case === 'task') taskId = payload.value.id;
    pace.received();
  }
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);

  const stored = (await store.load(taskId, context))?.artifacts[0]?.parts.length;
  if (events !== chunks + 2 || stored !== chunks) {
    throw new Error(
      `Of ${chunks} chunks, ${events - 2} were received and ${String(stored)} stored.`,
    );
  }
  return { taskId, events, wallMs, cpuMs: (user + system) / 1000 };
}

function configurationOf(url: string): SendMessageConfiguration {
  return {
    acceptedOutputModes: [],
    taskPushNotificationConfig: {
      tenant: '',
      id: 'a',
      taskId: '',
      url,
      token: '',
      authentication: undefined,
    },
    historyLength: undefined,
    returnImmediately: false,
  };
}

const CARD: AgentCard = {
  name: 'chunks',
  description: '',
  supportedInterfaces: [],
  provider: undefined,
  version: '1.0.0',
  capabilities: { streaming: true, extensions: [] },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: [],
  defaultOutputModes: [],
  skills: [],
  signatures: [],
};

const PUSHING_CARD: AgentCard = {
  ...CARD,
  capabilities: { streaming: true, pushNotifications: true, extensions: [] },
};
