import type { OwnerResolver } from '@a2a-js/sdk/server';
import type { RedisSubscriberClient } from '@a2a-redis/core/queue-manager';
import {
  checkNames,
  DEFAULT_DEADLINE_MS,
  invalidOption,
  type Layout,
  milliseconds,
  requirePrefix,
  timeToLive,
  wholeNumber,
} from '@a2a-redis/core/shared';

import type { QueueLimits } from './delivery/delivery-queue.ts';
import type { WorkerLimits } from './delivery/delivery-worker.ts';
import type { RetryLimits } from './delivery/retry-policy.ts';
import {
  type PostingLimits,
  readPostingOptions,
  type WebhookPostingOptions,
} from './posting/posting-options.ts';
import {
  readTargetOptions,
  type TargetLimits,
  type WebhookTargetOptions,
} from './posting/target-options.ts';
import type { WebhookSerializers } from './posting/webhook-content.ts';
import type { WebhookSigningOptions } from './signing/webhook-signer.ts';

/** How often, how fast and for how long a delivery is tried. */
export interface WebhookRetryOptions {
  /**
   * The first pause at most, in milliseconds. Each failure in a row doubles it; a pause is between half of it and all.
   * @default 5000
   */
  readonly baseMs?: number | undefined;
  /**
   * The longest pause, in milliseconds. A `Retry-After` of the receiver may be longer.
   * @default 14400000, four hours
   */
  readonly maxMs?: number | undefined;
  /**
   * After so many attempts a delivery is a dead letter.
   * @default 25, which takes longer than `maxAgeMs` with the other defaults
   */
  readonly maxAttempts?: number | undefined;
  /**
   * A delivery whose next attempt would come later than so many milliseconds after its event is a dead letter.
   * @default 172800000, two days
   */
  readonly maxAgeMs?: number | undefined;
}

/** Options of `RedisPushNotificationSender`. */
export interface RedisPushNotificationSenderOptions {
  /**
   * Starts every key. Not empty, without `{` and `}`.
   * @default 'a2a:delivery:'
   */
  readonly prefix?: string | undefined;
  /**
   * Tells whose tasks a call reaches. The same as that of the push store.
   * @default the SDK's `resolveUserScope`, the name of the authenticated user
   */
  readonly ownerResolver?: OwnerResolver | undefined;
  /**
   * Whether the server spreads keys over hash slots.
   * @default 'auto': the server is asked once
   */
  readonly layout?: Layout | 'auto' | undefined;
  /**
   * A connected client for messages, which stays the application's. Needed where the client is a pool, which cannot
   * subscribe; it may be that of the queue manager.
   * @default one further connection like the client's, where this process delivers
   */
  readonly subscriber?: RedisSubscriberClient | undefined;
  /**
   * Whether this process delivers. Without, it only queues, and another one must deliver.
   * @default true
   */
  readonly deliver?: boolean | undefined;
  /**
   * How many webhooks this process posts at once.
   * @default 64
   */
  readonly concurrency?: number | undefined;
  /**
   * How many of them to one host and port.
   * @default 8
   */
  readonly concurrencyPerHost?: number | undefined;
  /**
   * For how long a delivery is this process's, in milliseconds: after that, others take over what it had. An attempt may
   * take four fifths of it.
   * @default 30000
   */
  readonly leaseMs?: number | undefined;
  /**
   * How often this process looks for what nobody told it of, in milliseconds: what a process has put off that is gone since,
   * and what a message was lost of. What is queued is found at once, here and elsewhere.
   * @default 30000
   */
  readonly lookMs?: number | undefined;
  /**
   * Which pauses are made, and when a delivery is given up.
   * @default those of {@link WebhookRetryOptions}
   */
  readonly retry?: WebhookRetryOptions | undefined;
  /**
   * How many events of a task may wait, before artifact chunks are given up for a snapshot of the task.
   * @default 1000
   */
  readonly maxBacklog?: number | undefined;
  /**
   * How long what waits for a task is kept after the last change, in seconds. More than `retry.maxAgeMs`.
   * @default a day more than `retry.maxAgeMs`
   */
  readonly retentionSeconds?: number | undefined;
  /**
   * How long the configs of a task are kept after its end, in seconds. More than `retry.maxAgeMs`; with a replay of dead
   * letters in mind, as long as those are kept. With `RedisPushNotificationConfigStore` and the same client.
   * @default as long as the push store keeps them: by default, until they are deleted
   */
  readonly endedConfigSeconds?: number | undefined;
  /**
   * How many dead letters are kept for a tenant and owner; the oldest go first.
   * @default 1000
   */
  readonly maxDeadLetters?: number | undefined;
  /**
   * How long a dead letter is kept, in seconds.
   * @default 604800, a week
   */
  readonly deadLetterSeconds?: number | undefined;
  /**
   * Which targets may be posted to.
   * @default those of {@link WebhookTargetOptions}: https, port 443 and addresses of the internet
   */
  readonly targets?: WebhookTargetOptions | undefined;
  /**
   * How webhooks are posted.
   * @default those of {@link WebhookPostingOptions}
   */
  readonly posting?: WebhookPostingOptions | undefined;
  /**
   * How receivers can tell that a webhook is of this agent.
   * @default no signatures
   */
  readonly signing?: WebhookSigningOptions | undefined;
  /**
   * Serializers by A2A version, as for the SDK's `DefaultPushNotificationSender`.
   * @default that of 1.0
   */
  readonly serializers?: WebhookSerializers | undefined;
  /**
   * The header for the token of a config.
   * @default 'X-A2A-Notification-Token', as in the SDK
   */
  readonly tokenHeaderName?: string | undefined;
  /**
   * Milliseconds that a call to Redis may take, with all its retries.
   * @default 10000
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Called with what goes wrong in the background.
   * @default a warning of the process
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Options that hold a number or a text, checked, with defaults. */
export interface SenderLimits extends QueueLimits, WorkerLimits {
  readonly prefix: string;
  readonly deliver: boolean;
  readonly deadlineMs: number;
  readonly targets: TargetLimits;
  readonly posting: PostingLimits;
}

const OPTION_NAMES: readonly (keyof RedisPushNotificationSenderOptions)[] = [
  'prefix',
  'ownerResolver',
  'layout',
  'subscriber',
  'deliver',
  'concurrency',
  'concurrencyPerHost',
  'leaseMs',
  'lookMs',
  'retry',
  'maxBacklog',
  'retentionSeconds',
  'endedConfigSeconds',
  'maxDeadLetters',
  'deadLetterSeconds',
  'targets',
  'posting',
  'signing',
  'serializers',
  'tokenHeaderName',
  'deadlineMs',
  'onError',
];
const RETRY_NAMES: readonly (keyof WebhookRetryOptions)[] = [
  'baseMs',
  'maxMs',
  'maxAttempts',
  'maxAgeMs',
];
const DAY_SECONDS = 86_400;

/** @throws {A2ARedisError} `INVALID_OPTION`, naming the option. */
export function readSenderLimits(options: RedisPushNotificationSenderOptions): SenderLimits {
  checkNames(options, OPTION_NAMES, '');
  const { prefix = 'a2a:delivery:', deliver = true, deadlineMs = DEFAULT_DEADLINE_MS } = options;
  const { concurrency = 64, concurrencyPerHost = 8, leaseMs = 30_000, lookMs = 30_000 } = options;
  const { maxBacklog = 1000, maxDeadLetters = 1000, deadLetterSeconds = 7 * DAY_SECONDS } = options;
  const { onError } = options;
  if (typeof deliver !== 'boolean') throw invalidOption('deliver', 'must be true or false');
  if (onError !== undefined && typeof onError !== 'function') {
    throw invalidOption('onError', 'must be a function');
  }
  const retry = readRetry(options.retry ?? {});
  const leastSeconds = Math.ceil(retry.maxAgeMs / 1000) + 1;
  const { retentionSeconds = leastSeconds + DAY_SECONDS, endedConfigSeconds } = options;
  return {
    prefix: requirePrefix(prefix),
    deliver,
    deadlineMs: milliseconds(deadlineMs, 'deadlineMs', 1),
    concurrency: wholeNumber(concurrency, 'concurrency', 1, 10_000),
    concurrencyPerHost: wholeNumber(concurrencyPerHost, 'concurrencyPerHost', 1, 10_000),
    leaseMs: milliseconds(leaseMs, 'leaseMs', 100),
    lookMs: milliseconds(lookMs, 'lookMs', 10),
    retry,
    maxBacklog: wholeNumber(maxBacklog, 'maxBacklog', 4, 100_000),
    retentionSeconds: timeToLive(retentionSeconds, 'retentionSeconds', leastSeconds),
    endedConfigSeconds:
      endedConfigSeconds === undefined
        ? undefined
        : timeToLive(endedConfigSeconds, 'endedConfigSeconds', leastSeconds),
    maxDeadLetters: wholeNumber(maxDeadLetters, 'maxDeadLetters', 1, 1_000_000),
    deadLetterSeconds: timeToLive(deadLetterSeconds, 'deadLetterSeconds', 1),
    targets: readTargetOptions(options.targets ?? {}, 'targets.'),
    posting: readPostingOptions(options.posting ?? {}, 'posting.'),
  };
}

function readRetry(options: WebhookRetryOptions): RetryLimits {
  checkNames(options, RETRY_NAMES, 'retry.');
  const { baseMs = 5000, maxMs = 4 * 3_600_000 } = options;
  const { maxAttempts = 25, maxAgeMs = 2 * DAY_SECONDS * 1000 } = options;
  return {
    baseMs: milliseconds(baseMs, 'retry.baseMs', 1),
    maxMs: milliseconds(maxMs, 'retry.maxMs', baseMs),
    maxAttempts: wholeNumber(maxAttempts, 'retry.maxAttempts', 1, 1_000_000),
    maxAgeMs: wholeNumber(maxAgeMs, 'retry.maxAgeMs', 1000, 365 * DAY_SECONDS * 1000),
  };
}
