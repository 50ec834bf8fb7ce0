/**
 * The agent: an A2A server whose tasks, push configs and webhooks are in Redis, so that they outlive it.
 *
 * Settings, all from the environment: `REDIS_URL`, `PORT` (default 41241; 0 for a free one),
 * `TRAVEL_PREFIX` (default `travel:`), `TRAVEL_PACE_MS` (default 300).
 */
import { createServer } from 'node:http';

import { AGENT_CARD_PATH } from '@a2a-js/sdk';
import { DefaultRequestHandler } from '@a2a-js/sdk/server';
import {
  agentCardHandler,
  jsonRpcHandler,
  restHandler,
  UserBuilder,
} from '@a2a-js/sdk/server/express';
import { createRedisClient } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import {
  RedisPushNotificationSender,
  webhookConfigCheck,
  type WebhookTargetOptions,
} from '@a2a-redis/push-delivery';
import { RedisTaskStore } from '@a2a-redis/task-store';
import express from 'express';

import { agentCard, JSON_RPC_PATH, REST_PATH } from './agent-card.ts';
import { listenOnLoopback } from './listen.ts';
import { TravelExecutor } from './travel-executor.ts';

/** The receiver of the demo is on this machine. On the internet, leave these out: then https alone is allowed. */
const WEBHOOK_TARGETS: WebhookTargetOptions = {
  allowHttp: true,
  ports: 'any',
  allow: ['127.0.0.1'],
};
/** Shorter than by default, as nobody waits for hours in a demo. */
const WEBHOOK_RETRY = { baseMs: 1000, maxMs: 2000 };
const WEBHOOK_LEASE_MS = 2000;
/** How long open connections may take to end at a stop, in milliseconds. */
const STOP_DEADLINE_MS = 5_000;

async function main(): Promise<void> {
  const {
    REDIS_URL,
    PORT = '41241',
    TRAVEL_PREFIX = 'travel:',
    TRAVEL_PACE_MS = '300',
  } = process.env;

  const redis = await createRedisClient({ url: REDIS_URL });
  const executor = new TravelExecutor(Number(TRAVEL_PACE_MS));
  const server = createServer();
  // Listens before it can answer, because the agent card names the port.
  const origin = await listenOnLoopback(server, Number(PORT));

  const pushStore = new RedisPushNotificationConfigStore(redis, {
    prefix: `${TRAVEL_PREFIX}push:`,
    checkConfig: webhookConfigCheck(WEBHOOK_TARGETS),
  });
  const push = new RedisPushNotificationSender(redis, pushStore, {
    prefix: `${TRAVEL_PREFIX}delivery:`,
    targets: WEBHOOK_TARGETS,
    retry: WEBHOOK_RETRY,
    leaseMs: WEBHOOK_LEASE_MS,
  });
  const requestHandler = new DefaultRequestHandler(
    agentCard(origin),
    new RedisTaskStore(redis, { prefix: `${TRAVEL_PREFIX}tasks:` }),
    executor,
    undefined, // The SDK's own event buses: one process.
    pushStore,
    push, // Keeps webhooks in Redis, and tries again, also after a restart.
  );
  const userBuilder = UserBuilder.noAuthentication;
  const app = express();
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  app.use(JSON_RPC_PATH, jsonRpcHandler({ requestHandler, userBuilder }));
  app.use(REST_PATH, restHandler({ requestHandler, userBuilder }));
  server.on('request', app);

  /** Ends running tasks, lets their last events reach store and clients, then lets Redis go. */
  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    const deadline = setTimeout(() => server.closeAllConnections(), STOP_DEADLINE_MS);
    await executor.stop();
    await closed;
    clearTimeout(deadline);
    await push.close();
    await redis.close();
    // An open channel to the parent would keep the process.
    if (process.connected) process.disconnect();
    console.log('Stopped.');
  }
  let stopped: Promise<void> | undefined;
  const stopOnce = (): void => {
    stopped ??= stop().catch(fail);
  };
  process.on('SIGTERM', stopOnce);
  process.on('SIGINT', stopOnce);

  console.log(`Travel agent at ${origin}/${AGENT_CARD_PATH}`);
  if (process.send === undefined) return;
  // Started by another process, which is told the port, and without which there is nothing to do.
  process.on('disconnect', stopOnce);
  if (process.connected) process.send({ origin });
  else stopOnce();
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
