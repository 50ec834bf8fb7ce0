import type { OwnerResolver } from '@a2a-js/sdk/server';

import type { A2ARedisError } from '../../shared/errors.ts';
import { requirePrefix } from '../../shared/key-segment.ts';
import { type ScopeResolver, scopeResolver } from '../../shared/scope.ts';
import { checkNames, timeToLive, wholeNumber } from '../../shared/check-options.ts';
import { invalidOption } from '../../shared/invalid-option.ts';
import { DEFAULT_DEADLINE_MS } from '../../redis/script-runner.ts';
import type { ReadFrom } from '../records/task-records.ts';

/** Options of every task store. */
export interface TaskStoreOptions {
  /**
   * What every key of the store begins with. Stores of different applications, or of different
   * kinds, must not share one.
   *
   * @default 'a2a:tasks:'
   */
  readonly prefix?: string | undefined;
  /**
   * How the server keeps keys: `cluster` where it has hash slots, whatever the kind of the client. The keys
   * are the same, so a server may become the other without any migration.
   *
   * @default 'auto': the client of a cluster tells; with any other, the server is asked at the first save
   */
  readonly layout?: 'single' | 'cluster' | 'auto' | undefined;
  /**
   * Who answers reads:
   *
   * - `primary`: who takes writes, whatever the client does with other reads. What was written before is seen.
   * - `replicas`: `load`, and the records of a `list`, are read with calls that only read (`EVALSHA_RO`), which a cluster
   *   or sentinel client with `useReplicas`, and some rented servers, hand to replicas. What others wrote a moment ago
   *   may be missing. For reports and dashboards: a queue manager refuses such a store.
   *
   * @default 'primary': a request must see what the one before it wrote
   */
  readonly readFrom?: ReadFrom | undefined;
  /**
   * Whose tasks a call reaches, as in the SDK's own stores.
   *
   * @default the SDK's `resolveUserScope`: the authenticated user's name
   */
  readonly ownerResolver?: OwnerResolver | undefined;
  /**
   * After how many seconds without a write a task is forgotten. Every write starts the time anew.
   *
   * @default undefined: tasks are kept until they are deleted
   */
  readonly ttlSeconds?: number | undefined;
  /**
   * Which tasks `ttlSeconds` is for: all, or only those that have reached a terminal state, so that
   * a task that waits for input for weeks is not lost.
   *
   * @default 'all'
   */
  readonly ttlAppliesTo?: 'all' | 'terminal' | undefined;
  /**
   * How many bytes of task content, about, this process keeps so that the next write needs to send
   * only what changed. A task that is not among them is written, and read, as a whole.
   *
   * @default 67108864 (64 MiB): some thousand ordinary tasks
   */
  readonly cacheMaxBytes?: number | undefined;
  /**
   * How long a call may take in milliseconds, waiting for a server that is away or for earlier writes of
   * the task included, before it fails with `DEADLINE_EXCEEDED`; 30000 at most.
   *
   * @default 10000: longer than a restart or a failover commonly takes
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Called with the error for a record that `list` cannot read; the rest of the page is returned.
   * Without it `list` throws that error: a task never vanishes silently.
   *
   * @default undefined
   */
  readonly onCorruptRecord?: ((error: A2ARedisError) => void) | undefined;
}

/** {@link TaskStoreOptions}, checked and complete. */
export interface ResolvedTaskStoreOptions {
  /** What every key begins with. */
  readonly prefix: string;
  /** `undefined` for `auto`. */
  readonly layout: TaskStoreOptions['layout'];
  /** Who answers reads. */
  readonly readFrom: ReadFrom;
  /** Tenant and owner of a call. */
  readonly scopeOf: ScopeResolver;
  /** `undefined`: tasks are kept. */
  readonly ttlSeconds: number | undefined;
  /** Which tasks `ttlSeconds` is for. */
  readonly ttlAppliesTo: 'all' | 'terminal';
  /** Bytes of task content that the process keeps. */
  readonly cacheMaxBytes: number;
  /** How long a call may take, in milliseconds. */
  readonly deadlineMs: number;
  /** `undefined`: `list` throws. */
  readonly onCorruptRecord: ((error: A2ARedisError) => void) | undefined;
}

/** A write that was marked as pending is given up by then, see `PENDING_MARK_MS`. */
const LONGEST_DEADLINE_MS = 30_000;
const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;

const OPTION_NAMES: readonly (keyof TaskStoreOptions)[] = [
  'prefix',
  'layout',
  'readFrom',
  'ownerResolver',
  'ttlSeconds',
  'ttlAppliesTo',
  'cacheMaxBytes',
  'deadlineMs',
  'onCorruptRecord',
];

/**
 * Checks options and fills in the defaults; `INVALID_OPTION` names the one at fault.
 *
 * @param defaultPrefix One for each kind of store, because kinds must not share a prefix.
 */
export function resolveTaskStoreOptions(
  options: TaskStoreOptions,
  defaultPrefix: string = 'a2a:tasks:',
): ResolvedTaskStoreOptions {
  checkNames(options, OPTION_NAMES, '');
  const { prefix = defaultPrefix, cacheMaxBytes = DEFAULT_CACHE_BYTES } = options;
  const { deadlineMs = DEFAULT_DEADLINE_MS, onCorruptRecord } = options;
  const { ttlSeconds, ttlAppliesTo = 'all', readFrom = 'primary' } = options;
  if (ttlAppliesTo !== 'all' && ttlAppliesTo !== 'terminal') {
    throw invalidOption('ttlAppliesTo', 'must be "all" or "terminal"');
  }
  if (readFrom !== 'primary' && readFrom !== 'replicas') {
    throw invalidOption('readFrom', 'must be "primary" or "replicas"');
  }
  if (onCorruptRecord !== undefined && typeof onCorruptRecord !== 'function') {
    throw invalidOption('onCorruptRecord', 'must be a function');
  }
  return {
    prefix: requirePrefix(prefix),
    layout: options.layout,
    readFrom,
    scopeOf: scopeResolver(options.ownerResolver),
    ttlSeconds: ttlSeconds === undefined ? undefined : timeToLive(ttlSeconds, 'ttlSeconds'),
    ttlAppliesTo,
    cacheMaxBytes: wholeNumber(cacheMaxBytes, 'cacheMaxBytes', 1),
    deadlineMs: wholeNumber(deadlineMs, 'deadlineMs', 1, LONGEST_DEADLINE_MS),
    onCorruptRecord,
  };
}
