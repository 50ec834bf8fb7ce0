import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type { OwnerResolver } from '@a2a-js/sdk/server';
import {
  checkNames,
  DEFAULT_DEADLINE_MS,
  invalidOption,
  milliseconds,
  requirePrefix,
  timeToLive,
  wholeNumber,
} from '@a2a-redis/core/shared';

/** Options of `RedisPushNotificationConfigStore`. */
export interface RedisPushNotificationConfigStoreOptions {
  /**
   * Starts every key. Not empty, without `{` and `}`.
   * @default 'a2a:push:'
   */
  readonly prefix?: string | undefined;
  /**
   * Tells whose configs a call reaches, as in the SDK's stores.
   * @default the SDK's `resolveUserScope`, the name of the authenticated user
   */
  readonly ownerResolver?: OwnerResolver | undefined;
  /**
   * Seconds after the last save of one of a task's configs until all of that task's configs expire.
   * Choose more than a task can take. Each save sets the expiry anew, or removes it if there is no
   * option.
   * @default none, because a config that expires under a running task loses its notifications
   */
  readonly ttlSeconds?: number | undefined;
  /**
   * How many configs a task may have; one more is `LIMIT_EXCEEDED`, while those stored can still be
   * saved again.
   * @default 100, because clients create configs at will, and every event of the task is loaded
   *   with and posted to all of them at once
   */
  readonly maxConfigsPerTask?: number | undefined;
  /**
   * Encrypts configs, whose URLs, tokens and credentials are secrets.
   * @default none: configs are stored as plain text
   */
  readonly encryption?: PushConfigEncryption | undefined;
  /**
   * Looks at each config before it is stored. What it answers is why the config is refused, as one
   * sentence that the client is told; `undefined` lets it pass.
   *
   * Clients choose the URLs that this agent posts to, also those of its own network: give
   * `webhookConfigCheck()` of `@a2a-redis/push-delivery`, or a rule of your own.
   * @default none: every config is stored
   */
  readonly checkConfig?: ((config: TaskPushNotificationConfig) => string | undefined) | undefined;
  /**
   * Milliseconds that a call may take, with all its retries, before it fails with
   * `DEADLINE_EXCEEDED`.
   * @default 10000, as in all stores of this family
   */
  readonly deadlineMs?: number | undefined;
}

/** Encryption at rest, with AES-256-GCM. */
export interface PushConfigEncryption {
  /**
   * The first key encrypts, all of them decrypt. To change keys, see "Key rotation" in the README.
   */
  readonly keys: readonly PushConfigEncryptionKey[];
}

/** A key and the name by which records refer to it. */
export interface PushConfigEncryptionKey {
  /** Stored in plain text with every record. Never give the same id to another key. */
  readonly id: string;
  /** 32 random bytes, or their base64 text. */
  readonly key: Uint8Array | string;
}

/** The options but for those that the store itself makes something of, checked, with defaults. */
export interface Limits {
  readonly prefix: string;
  readonly ttlSeconds: number | undefined;
  readonly maxConfigsPerTask: number;
  readonly deadlineMs: number;
  readonly checkConfig: (config: TaskPushNotificationConfig) => string | undefined;
}

const OPTION_NAMES: readonly (keyof RedisPushNotificationConfigStoreOptions)[] = [
  'prefix',
  'ownerResolver',
  'ttlSeconds',
  'maxConfigsPerTask',
  'encryption',
  'checkConfig',
  'deadlineMs',
];

/** @throws {A2ARedisError} `INVALID_OPTION`, naming the option. */
export function readLimits(options: RedisPushNotificationConfigStoreOptions): Limits {
  checkNames(options, OPTION_NAMES, '');
  const { prefix = 'a2a:push:', maxConfigsPerTask = 100, ttlSeconds } = options;
  const { deadlineMs = DEFAULT_DEADLINE_MS, checkConfig = letPass } = options;
  if (typeof checkConfig !== 'function') throw invalidOption('checkConfig', 'must be a function');
  return {
    prefix: requirePrefix(prefix),
    ttlSeconds: ttlSeconds === undefined ? undefined : timeToLive(ttlSeconds, 'ttlSeconds'),
    maxConfigsPerTask: wholeNumber(maxConfigsPerTask, 'maxConfigsPerTask', 1),
    deadlineMs: milliseconds(deadlineMs, 'deadlineMs', 1),
    checkConfig,
  };
}

function letPass(): undefined {}
