import type { OwnerResolver } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { DEFAULT_DEADLINE_MS, requirePrefix } from '@a2a-redis/core/kernel';

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

/** Seconds in 100 years. Redis refuses expiries that leave the range of its clock. */
const LONGEST_TTL_SECONDS = 3_155_760_000;
/** The longest wait of `setTimeout`, which turns longer ones into none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Options that hold a number or a text, checked, with defaults. */
export interface Limits {
  readonly prefix: string;
  readonly ttlSeconds: number | undefined;
  readonly maxConfigsPerTask: number;
  readonly deadlineMs: number;
}

/** @throws {A2ARedisError} `INVALID_OPTION`, naming the option. */
export function readLimits(options: RedisPushNotificationConfigStoreOptions): Limits {
  const { prefix = 'a2a:push:', maxConfigsPerTask = 100, ttlSeconds } = options;
  const { deadlineMs = DEFAULT_DEADLINE_MS } = options;
  requirePrefix(prefix);
  if (ttlSeconds !== undefined) requireCount('ttlSeconds', ttlSeconds, LONGEST_TTL_SECONDS);
  requireCount('maxConfigsPerTask', maxConfigsPerTask, Number.MAX_SAFE_INTEGER);
  requireCount('deadlineMs', deadlineMs, LONGEST_TIMER_MS);
  return { prefix, ttlSeconds, maxConfigsPerTask, deadlineMs };
}

function requireCount(name: string, value: unknown, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new A2ARedisError(
    'INVALID_OPTION',
    `Option "${name}" must be a whole number from 1 to ${most}, not ${String(value)}.`,
  );
}
