/**
 * One replica of an agent, as an application would write it: `REDIS_URL`, `PREFIX`, `CLIENT` (`redis` or `ioredis`),
 * `QUEUES` (`streams` or `pubsub`), `STORE` (`hash` or `json`) and `FAILOVER_MS` come from the environment. The first
 * line that it prints is its address.
 */
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { A2A_PROTOCOL_VERSION, AGENT_CARD_PATH, type AgentCard, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import { createRedisClient } from '@a2a-redis/core';
import { fromIoredis } from '@a2a-redis/ioredis';
import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';
import express from 'express';
import { Redis } from 'ioredis';

const RPC_PATH = '/a2a';
const PACE_MS = 40;

/** Publishes as many chunks as the message says, one after the other. */
class ChunkExecutor implements AgentExecutor {
  readonly #running = new Map<string, AbortController>();

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const { taskId, contextId, userMessage } = request;
    const ids = { taskId, contextId };
    const control = new AbortController();
    this.#running.set(taskId, control);
    const status = (state: TaskState): void => {
      bus.publish(
        AgentEvent.statusUpdate({ ...ids, status: statusOf(state), metadata: undefined }),
      );
    };
    bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: statusOf(TaskState.TASK_STATE_WORKING),
        artifacts: [],
        history: [userMessage],
        metadata: undefined,
      }),
    );
    const content = userMessage.parts[0]?.content;
    const count = content?.$case === 'text' ? Number(content.value) : 0;
    try {
      for (let index = 0; index < count; index += 1) {
        await sleep(PACE_MS, undefined, { signal: control.signal });
        bus.publish(chunkOf(ids, index));
      }
      status(TaskState.TASK_STATE_COMPLETED);
    } catch (error) {
      if (!control.signal.aborted) throw error;
      // A client is told that its executor was asked, by what the executor alone can say.
      bus.publish(chunkOf(ids, 'told to cancel'));
      status(TaskState.TASK_STATE_CANCELED);
    } finally {
      this.#running.delete(taskId);
    }
  }

  async cancelTask(taskId: string): Promise<void> {
    this.#running.get(taskId)?.abort();
  }
}

function chunkOf(
  ids: { readonly taskId: string; readonly contextId: string },
  chunk: number | string,
): ReturnType<typeof AgentEvent.artifactUpdate> {
  const content = { $case: 'text' as const, value: String(chunk) };
  return AgentEvent.artifactUpdate({
    ...ids,
    artifact: {
      artifactId: 'chunks',
      name: '',
      description: '',
      parts: [{ content, mediaType: 'text/plain', filename: '', metadata: undefined }],
      metadata: undefined,
      extensions: [],
    },
    append: chunk !== 0,
    lastChunk: false,
    metadata: undefined,
  });
}

function statusOf(state: TaskState): {
  state: TaskState;
  message: undefined;
  timestamp: string;
} {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

function agentCard(origin: string): AgentCard {
  return {
    name: 'Chunks',
    description: 'Streams as many chunks as you ask for.',
    version: '1.0.0',
    supportedInterfaces: [
      {
        url: `${origin}${RPC_PATH}`,
        protocolBinding: 'JSONRPC',
        tenant: '',
        protocolVersion: A2A_PROTOCOL_VERSION,
      },
    ],
    provider: undefined,
    capabilities: { streaming: true, pushNotifications: true, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  };
}

function onError(error: Error): void {
  console.error(error);
}

async function main(): Promise<void> {
  const { REDIS_URL = '', PREFIX = 'agent:', FAILOVER_MS = '15000' } = process.env;
  const { CLIENT, QUEUES, STORE } = process.env;
  const redis =
    CLIENT === 'ioredis'
      ? fromIoredis(new Redis(REDIS_URL).on('error', onError))
      : await createRedisClient({ url: REDIS_URL, onError });
  const taskStore =
    STORE === 'json'
      ? new RedisJSONTaskStore(redis, { prefix: `${PREFIX}tasks:` })
      : new RedisTaskStore(redis, { prefix: `${PREFIX}tasks:` });
  const configs = new RedisPushNotificationConfigStore(redis, { prefix: `${PREFIX}push:` });
  const push = new RedisPushNotificationSender(redis, configs, {
    prefix: `${PREFIX}delivery:`,
    targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.1'] },
    onError,
  });
  const options = {
    prefix: `${PREFIX}queues:`,
    taskStore,
    failoverMs: Number(FAILOVER_MS),
    onError,
  };
  const queues =
    QUEUES === 'pubsub'
      ? new RedisPubSubQueueManager(redis, options)
      : new RedisStreamsQueueManager(redis, options);
  const server = createServer();
  const url = await listen(server);
  const requestHandler = new DefaultRequestHandler(
    agentCard(url),
    taskStore,
    queues.distribute(new ChunkExecutor()),
    queues,
    configs,
    queues.distributeSender(push),
  );
  const app = express();
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  const userBuilder = UserBuilder.noAuthentication;
  app.use(RPC_PATH, jsonRpcHandler({ requestHandler, userBuilder }));
  server.on('request', app);
  console.log(url);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
