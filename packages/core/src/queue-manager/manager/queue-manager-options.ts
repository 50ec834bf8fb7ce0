import type { OwnerResolver, PushNotificationSender, TaskStore } from '@a2a-js/sdk/server';

import { requirePrefix } from '../../shared/key-segment.ts';
import { type ScopeResolver, scopeResolver } from '../../shared/scope.ts';
import { checkNames, milliseconds, timeToLive, wholeNumber } from '../../shared/check-options.ts';
import { invalidOption } from '../../shared/invalid-option.ts';
import type { RedisSubscriberClient } from '../messages/subscriber-client.ts';

/** Options that all queue managers have. */
export interface QueueManagerOptions {
  /**
   * What the keys of this manager begin with. All replicas of an agent use the same one; no other
   * agent does. Without braces, which would move hash tags.
   * @default 'a2a:queues:'
   */
  readonly prefix?: string | undefined;
  /**
   * Whose tasks a call reaches, as in the SDK's stores: the same resolver as the task store's.
   * @default the authenticated user's name
   */
  readonly ownerResolver?: OwnerResolver | undefined;
  /**
   * The task store of the request handler. With it, subscribers get exactly what their snapshot does
   * not hold, each event is stored once however many requests hear it (both need one of the stores
   * of these packages), and the tasks of a replica that is gone are ended. It must read from the primary.
   * @default none; `distribute` needs one
   */
  readonly taskStore?: TaskStore | undefined;
  /**
   * Tells webhooks when a task is ended because its replica is gone: what the request handler has,
   * and uses for all other events.
   * @default the sender that `distributeSender` is given
   */
  readonly pushNotificationSender?: PushNotificationSender | undefined;
  /**
   * A connected client for subscriptions, which stays the application's. Needed where the client is
   * a pool, which cannot subscribe.
   * @default one further connection like the client's, opened at the first use
   */
  readonly subscriber?: RedisSubscriberClient | undefined;
  /**
   * How the server keeps keys: `cluster` where it has hash slots, whatever the kind of the client.
   * @default 'auto': the client of a cluster tells; with any other, the server is asked at the first use
   */
  readonly layout?: 'single' | 'cluster' | 'auto' | undefined;
  /**
   * Within which time the tasks of a replica that is gone are ended, in milliseconds. A replica that executes, and is
   * only slow or paused for more than about four fifths of it, may be taken to be gone, too. An idle one calls Redis as
   * seldom as this allows: each 0.81 of it.
   * @default 15000
   */
  readonly failoverMs?: number | undefined;
  /**
   * How many events of one task may wait while Redis is away, which it is taken to be after two seconds without an
   * answer. Later ones are lost to other replicas, which see a gap; `onError` is told once of each gap. The end of a
   * task is never lost. Also how many wait for a store with a client of its own that is away, and how many of a direct
   * queue: later ones are refused. Of large ones fewer: 64 Mi characters in all.
   * @default 10000
   */
  readonly maxPendingEvents?: number | undefined;
  /**
   * How long after it was published an event of a task is tried while Redis is away, in milliseconds,
   * before it is given up: the record lacks it too, and the request that executes the task fails. An attempt
   * that is under way then is awaited. Also how long the end of an execution is tried that the user of the client may
   * not write: then other replicas end all that this one has begun and may not end.
   * @default 30000
   */
  readonly publishDeadlineMs?: number | undefined;
  /**
   * How long what is kept of a task stays after its latest event, in seconds: for tasks that wait for
   * their user, and for replicas that were never told the end. With Streams its events and its state;
   * with Pub/Sub, which keeps no events, its state. 30 at least; a task that runs stays, however long it
   * takes until its next event.
   * @default 86400, a day
   */
  readonly retentionSeconds?: number | undefined;
  /**
   * How long `close` takes at most, in milliseconds. What it could not do by then, because Redis is
   * away, is reported to `onError`, and the other replicas end the tasks that are left.
   * @default 10000
   */
  readonly closeDeadlineMs?: number | undefined;
  /**
   * Told what goes wrong in the background: events that could not be sent, connections that were
   * lost, tasks taken over.
   * @default a warning of the process for each distinct message
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** The same, checked and complete. */
export interface QueueSettings {
  readonly prefix: string;
  readonly resolveScope: ScopeResolver;
  readonly taskStore: TaskStore | undefined;
  readonly pushNotificationSender: PushNotificationSender | undefined;
  readonly subscriber: RedisSubscriberClient | undefined;
  readonly failoverMs: number;
  readonly maxPendingEvents: number;
  readonly publishDeadlineMs: number;
  readonly retentionSeconds: number;
  readonly closeDeadlineMs: number;
  readonly onError: ((error: Error) => void) | undefined;
  readonly layout: QueueManagerOptions['layout'];
  /**
   * Whether messages go to shards.
   * @default whether the server has any
   */
  readonly sharded?: boolean | undefined;
}

const NAMES: readonly (keyof QueueManagerOptions)[] = [
  'prefix',
  'ownerResolver',
  'taskStore',
  'pushNotificationSender',
  'subscriber',
  'layout',
  'failoverMs',
  'maxPendingEvents',
  'publishDeadlineMs',
  'retentionSeconds',
  'closeDeadlineMs',
  'onError',
];

/** The note of a task that runs without an event is renewed in time only if it stays for so long. */
const LEAST_RETENTION_SECONDS = 30;
/** Shorter leases would be lost to ordinary pauses of a process. */
const LEAST_FAILOVER_MS = 500;

/**
 * Checks the options.
 *
 * @param more Names that the adapter knows besides.
 * @throws {A2ARedisError} `INVALID_OPTION`.
 */
export function resolveQueueOptions(
  options: QueueManagerOptions,
  more: readonly string[],
): QueueSettings {
  checkNames(options, [...NAMES, ...more], '');
  requireMethods(options.taskStore, 'taskStore', ['load', 'save']);
  requireExactReads(options.taskStore);
  requireMethods(options.pushNotificationSender, 'pushNotificationSender', ['send']);
  if (options.onError !== undefined && typeof options.onError !== 'function') {
    throw invalidOption('onError', 'must be a function');
  }
  return {
    prefix: requirePrefix(options.prefix ?? 'a2a:queues:'),
    resolveScope: scopeResolver(options.ownerResolver),
    taskStore: options.taskStore,
    pushNotificationSender: options.pushNotificationSender,
    subscriber: options.subscriber,
    layout: options.layout,
    failoverMs: milliseconds(options.failoverMs ?? 15_000, 'failoverMs', LEAST_FAILOVER_MS),
    maxPendingEvents: wholeNumber(options.maxPendingEvents ?? 10_000, 'maxPendingEvents', 1),
    publishDeadlineMs: milliseconds(options.publishDeadlineMs ?? 30_000, 'publishDeadlineMs', 1),
    retentionSeconds: timeToLive(
      options.retentionSeconds ?? 86_400,
      'retentionSeconds',
      LEAST_RETENTION_SECONDS,
    ),
    closeDeadlineMs: milliseconds(options.closeDeadlineMs ?? 10_000, 'closeDeadlineMs', 1),
    onError: options.onError,
  };
}

/** What a replica says is no evidence: it may be behind what was decided before. */
function requireExactReads(taskStore: TaskStore | undefined): void {
  if (taskStore === undefined || !('readFrom' in taskStore)) return;
  if (taskStore.readFrom !== 'replicas') return;
  throw invalidOption(
    'taskStore',
    'must read from the primary: a store with "readFrom" "replicas" may not know of a task that has just begun, or ended',
  );
}

function requireMethods(value: unknown, name: string, methods: readonly string[]): void {
  if (value === undefined) return;
  const isObject = typeof value === 'object' && value !== null;
  for (const method of methods) {
    if (!isObject || typeof Reflect.get(value, method) !== 'function') {
      throw invalidOption(name, `must be an object with a method "${method}"`);
    }
  }
}
