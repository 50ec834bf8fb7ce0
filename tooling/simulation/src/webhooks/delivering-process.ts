import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import { noteSupport, ScriptRunner, ServerLayout, useRuntime } from '@a2a-redis/core/shared';
import { knownRoute } from '@a2a-redis/core/queue-manager';

import { DeliveryKeys } from '../../../../packages/push-delivery/src/delivery/delivery-keys.ts';
import { DeliveryQueue } from '../../../../packages/push-delivery/src/delivery/delivery-queue.ts';
import { DeliveryWorker } from '../../../../packages/push-delivery/src/delivery/delivery-worker.ts';
import { Schedule } from '../../../../packages/push-delivery/src/delivery/schedule.ts';
import { WebhookContents } from '../../../../packages/push-delivery/src/posting/webhook-content.ts';
import type { WebhookPoster } from '../../../../packages/push-delivery/src/posting/webhook-poster.ts';
import { WebhookRequests } from '../../../../packages/push-delivery/src/signing/webhook-requests.ts';
import { WebhookSigner } from '../../../../packages/push-delivery/src/signing/webhook-signer.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Network } from '../network/network.ts';
import { SimulatedClient } from '../network/simulated-client.ts';
import { SIMULATED_SUPPORT } from '../redis/simulated-redis.ts';

export const LEASE_MS = 2000;
const PREFIX = 'd:';
export const KEYS: DeliveryKeys = new DeliveryKeys(PREFIX);

/** What a process of a simulation has: all of a sender but for HTTP, configs and the messages that wake it. */
export interface DeliveringProcess {
  readonly queue: DeliveryQueue;
  readonly worker: DeliveryWorker;
}

/** What processes of a simulation are started with. */
export interface ProcessParts {
  readonly network: Network;
  readonly poster: WebhookPoster;
  readonly configs: ReadonlyMap<string, StoredPushNotificationConfig>;
  readonly onError: (error: unknown) => void;
}

/** Starts a process. Called as its actor. */
export async function startProcess(
  actor: Actor,
  { network, poster, configs, onError }: ProcessParts,
): Promise<DeliveringProcess> {
  const client = new SimulatedClient(network, actor);
  useRuntime(client, actor);
  noteSupport(client, SIMULATED_SUPPORT);
  await client.connect();
  const runner = new ScriptRunner(client);
  const layout = new ServerLayout(client, runner, PREFIX, 'single');
  const schedule = new Schedule(runner, layout, KEYS, {
    route: knownRoute('PUBLISH'),
    channel: KEYS.wakeChannel,
    isTaken: () => false,
  });
  const queue = new DeliveryQueue(runner, schedule, KEYS, {
    leaseMs: LEASE_MS,
    retentionSeconds: 3600,
    endedConfigSeconds: undefined,
    maxBacklog: 1000,
    maxDeadLetters: 1000,
    deadLetterSeconds: 3600,
  });
  const worker = new DeliveryWorker(
    {
      runtime: actor,
      queue,
      schedule,
      messages: undefined,
      configs: { load: async () => configs },
      poster,
      contents: new WebhookContents(undefined),
      requests: new WebhookRequests(new WebhookSigner({}, '')),
      onError,
    },
    {
      concurrency: 8,
      concurrencyPerHost: 8,
      leaseMs: LEASE_MS,
      lookMs: 200,
      retry: { baseMs: 50, maxMs: 500, maxAttempts: 1000, maxAgeMs: 3_600_000 },
    },
  );
  return { queue, worker };
}
