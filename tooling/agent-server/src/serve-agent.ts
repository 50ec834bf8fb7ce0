import { setTimeout as sleep } from 'node:timers/promises';

import {
  DefaultPushNotificationSender,
  DefaultRequestHandler,
  type PushNotificationSender,
} from '@a2a-js/sdk/server';
import { serveReplica } from '@a2a-redis-internal/replicas';
import { A2ARedisError, createRedisClient, type RedisClient } from '@a2a-redis/core';
import type { BaseQueueManager, QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { agentCard } from './agent-card.ts';
import type { AgentCalls } from './agent-calls.ts';
import type { GrpcServer } from './grpc-server.ts';
import { startHttpServer } from './http-server.ts';
import { ScriptedExecutor } from './scripted-executor.ts';
import { watchUnhandled } from './watch-unhandled.ts';

/** How long requests may take to end at a stop, once their tasks have, in milliseconds. */
const FINISH_MS = 2000;

/**
 * Builds the queue manager of a server.
 *
 * @param options Those that every agent needs, and those that the test set.
 */
export type OpenQueues = (client: RedisClient, options: QueueManagerOptions) => BaseQueueManager;

/** What tells webhooks, and how it is ended. */
export interface AgentSender {
  readonly sender: PushNotificationSender;
  /** Called when the manager is closed. */
  readonly close?: (() => Promise<void>) | undefined;
}

/** Makes the sender of an agent. */
export type OpenSender = (
  client: RedisClient,
  configs: RedisPushNotificationConfigStore,
  parts: { readonly prefix: string; readonly onError: (error: Error) => void },
) => AgentSender;

/** The sender of the SDK. */
const openDefaultSender: OpenSender = (_client, configs) => ({
  sender: new DefaultPushNotificationSender(configs),
});

/**
 * Makes this process an agent on Redis, whose behaviour each message scripts.
 *
 * Settings, from the environment: `REDIS_URL`; `AGENT_PREFIX`, the same for all replicas of an
 * agent; `QUEUE_OPTIONS`, options of the queue manager as JSON; `AGENT_DRAIN_MS`, how long running
 * tasks may take to end at a stop (default 10000); `AGENT_GRPC=off`, for a process that starts sooner.
 */
export function serveAgent(
  openQueues: OpenQueues,
  openSender: OpenSender = openDefaultSender,
): void {
  serveReplica<AgentCalls>({
    async start() {
      const { REDIS_URL, AGENT_PREFIX = 'agent:' } = process.env;
      const { QUEUE_OPTIONS = '{}', AGENT_DRAIN_MS = '10000' } = process.env;
      const unhandled = watchUnhandled();
      const errors: string[] = [];
      const onError = (error: Error): void => {
        errors.push(describeError(error));
      };
      const client = await createRedisClient({ url: REDIS_URL, onError });
      const taskStore = new RedisTaskStore(client, { prefix: `${AGENT_PREFIX}tasks:` });
      const configs = new RedisPushNotificationConfigStore(client, {
        prefix: `${AGENT_PREFIX}push:`,
      });
      const options: QueueManagerOptions = JSON.parse(QUEUE_OPTIONS);
      const queues = openQueues(client, {
        prefix: `${AGENT_PREFIX}queues:`,
        taskStore,
        onError,
        ...options,
      });
      const { sender, close } = openSender(client, configs, { prefix: AGENT_PREFIX, onError });
      const executor = new ScriptedExecutor();
      const [http, grpc] = await Promise.all([startHttpServer(), grpcServer()]);
      const handler = new DefaultRequestHandler(
        agentCard(http.origin, grpc?.address),
        taskStore,
        queues.distribute(executor),
        queues,
        configs,
        queues.distributeSender(sender),
      );
      http.serve(handler);
      grpc?.serve(handler);
      return {
        url: http.origin,
        calls: {
          begun: () => executor.begun,
          canceled: () => executor.canceled,
          errors: () => errors,
          unhandled: () => unhandled,
          open: (gate) => {
            executor.gates.open(gate);
          },
        },
        async stop() {
          const finished = Promise.all([http.finish(), grpc?.finish()]);
          await queues.drain(Number(AGENT_DRAIN_MS));
          // What the requests still hear is stored and sent. Subscribers of other tasks would stay.
          await Promise.race([finished, sleep(FINISH_MS, undefined, { ref: false })]);
          await queues.close();
          await close?.();
          http.close();
          grpc?.close();
          await finished;
          await client.close();
        },
      };
    },
  });
}

async function grpcServer(): Promise<GrpcServer | undefined> {
  if (process.env['AGENT_GRPC'] === 'off') return undefined;
  const { startGrpcServer } = await import('./grpc-server.ts');
  return startGrpcServer();
}

function describeError(error: Error): string {
  return error instanceof A2ARedisError ? `${error.code}: ${error.message}` : error.message;
}
