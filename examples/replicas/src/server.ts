/** The agent's server, the same on every replica: tasks and events are in Redis. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { A2A_PROTOCOL_VERSION, AGENT_CARD_PATH, type AgentCard } from '@a2a-js/sdk';
import { DefaultRequestHandler } from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import { createRedisClient } from '@a2a-redis/core';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';
import express from 'express';

import { StoryExecutor } from './story-executor.ts';

const RPC_PATH = '/a2a';
/** How long tasks may take to end at a stop, in milliseconds. */
const DRAIN_MS = 10_000;

/** What carries the events of tasks between replicas. All replicas use the same one. */
export type QueueKind = 'streams' | 'pubsub';
const QUEUE_MANAGERS: Readonly<
  Record<QueueKind, typeof RedisStreamsQueueManager | typeof RedisPubSubQueueManager>
> = { streams: RedisStreamsQueueManager, pubsub: RedisPubSubQueueManager };

/** Settings of a replica. */
export interface Settings {
  readonly redisUrl: string | undefined;
  readonly queues: QueueKind;
  /** Starts the keys of all replicas of the agent. */
  readonly prefix: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Where clients reach the agent: the load balancer, if there is one. */
  readonly publicUrl: string | undefined;
  readonly paceMs: number;
  readonly failoverMs: number;
}

/** A replica that serves. */
export interface RunningServer {
  readonly url: string;
  /** Ends it: what runs may come to its end first. */
  stop(): Promise<void>;
}

/** Starts a replica. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const redis = await createRedisClient({ url: settings.redisUrl });
  const taskStore = new RedisTaskStore(redis, { prefix: `${settings.prefix}tasks:` });
  const queues = new QUEUE_MANAGERS[settings.queues](redis, {
    prefix: `${settings.prefix}queues:`,
    taskStore,
    failoverMs: settings.failoverMs,
  });
  const server = createServer();
  const url = await listen(server, settings.port);
  const requestHandler = new DefaultRequestHandler(
    agentCard(settings.publicUrl ?? url),
    taskStore,
    queues.distribute(new StoryExecutor(settings.paceMs)),
    queues,
  );
  const app = express();
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  const userBuilder = UserBuilder.noAuthentication;
  app.use(RPC_PATH, jsonRpcHandler({ requestHandler, userBuilder }));
  server.on('request', app);

  return {
    url,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      await queues.drain(DRAIN_MS);
      await queues.close();
      server.closeAllConnections();
      await closed;
      await redis.close();
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

function agentCard(origin: string): AgentCard {
  return {
    name: 'Story teller',
    description: 'Tells a story of as many sentences as you ask for.',
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
    capabilities: { streaming: true, pushNotifications: false, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  };
}
