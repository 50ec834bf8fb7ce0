import {
  checkNames,
  invalidOption,
  milliseconds,
  timeToLive,
  wholeNumber,
} from '@a2a-redis/core/shared';

import { startId } from './stream-start.ts';

/** How the readers of a direct queue share its events. */
export const ConsumerGroupStrategy = {
  /** One group for all replicas: each event goes to one of them. */
  SHARED_LOAD_BALANCING: 'shared-load-balancing',
  /** A group for each queue manager: each event goes to every one of them. */
  INSTANCE_ISOLATED: 'instance-isolated',
  /** The group that {@link ConsumerGroupConfig.groupName} names. */
  CUSTOM: 'custom',
} as const;

/** How the readers of a direct queue share its events. */
export type ConsumerGroupStrategy =
  (typeof ConsumerGroupStrategy)[keyof typeof ConsumerGroupStrategy];

/** How direct queues are read and kept. All replicas should use the same. */
export interface ConsumerGroupConfig {
  /**
   * How readers share events.
   * @default ConsumerGroupStrategy.SHARED_LOAD_BALANCING
   */
  readonly strategy?: ConsumerGroupStrategy | undefined;
  /**
   * The group, for the strategy `CUSTOM` and only that.
   * @default none; `CUSTOM` needs one
   */
  readonly groupName?: string | undefined;
  /**
   * The consumer's name within its group, as Redis shows it; for the strategy `CUSTOM` and only that.
   * Each reader that lives needs one of its own.
   * @default a random name
   */
  readonly consumerName?: string | undefined;
  /**
   * Where a group begins that does not exist yet: `'beginning'` for all that is kept, `'now'` for what
   * comes from now on, a moment, or an event's id, after which it begins.
   * @default 'beginning'
   */
  readonly startFrom?: string | Date | undefined;
  /**
   * After how long without a sign of life an event that was not acknowledged goes to another reader,
   * in milliseconds. Signs are given three times in that time, however long an event is worked on.
   * @default 30000
   */
  readonly reclaimIdleMs?: number | undefined;
  /**
   * How often an event is delivered at most. One that was never acknowledged is then set aside; see
   * `readPoison`.
   * @default 5
   */
  readonly maxDeliveries?: number | undefined;
  /**
   * How many events a queue keeps, roughly: the oldest go first, read or not. A reader that loses
   * events by that is told through `onError`.
   * @default 10000
   */
  readonly maxEvents?: number | undefined;
  /**
   * How long a queue is kept after it was last written to or read, in seconds.
   * @default 86400, a day
   */
  readonly ttlSeconds?: number | undefined;
}

/** The same, checked and complete. */
export interface ResolvedConsumerGroup {
  readonly group: string;
  /** Whether nobody else reads in the group. */
  readonly isPrivate: boolean;
  /** Absent where it is chosen at random. */
  readonly consumer: string | undefined;
  /** The id after which a new group begins; `$` for the end. */
  readonly start: string;
  readonly limits: DirectQueueLimits;
}

/** How a direct queue is kept. */
export interface DirectQueueLimits {
  readonly reclaimIdleMs: number;
  readonly maxDeliveries: number;
  readonly maxEvents: number;
  readonly ttlSeconds: number;
}

const NAMES: readonly (keyof ConsumerGroupConfig)[] = [
  'strategy',
  'groupName',
  'consumerName',
  'startFrom',
  'reclaimIdleMs',
  'maxDeliveries',
  'maxEvents',
  'ttlSeconds',
];

/** Shorter times would take events from readers that are only busy for a moment. */
const LEAST_RECLAIM_MS = 100;
/** Whose the events are that were given back; scripts know it by this name, too. */
const RETURNED = 'returned';

/**
 * Checks a config.
 *
 * @param instance Names the queue manager among all.
 * @throws {A2ARedisError} `INVALID_OPTION`.
 */
export function resolveConsumerGroup(
  config: ConsumerGroupConfig,
  instance: string,
): ResolvedConsumerGroup {
  checkNames(config, NAMES, 'consumerConfig.');
  const { reclaimIdleMs = 30_000, maxDeliveries = 5, maxEvents = 10_000 } = config;
  return {
    ...resolveMember(config, instance),
    start: startId(config.startFrom ?? 'beginning'),
    limits: {
      reclaimIdleMs: milliseconds(reclaimIdleMs, optionName('reclaimIdleMs'), LEAST_RECLAIM_MS),
      maxDeliveries: wholeNumber(maxDeliveries, optionName('maxDeliveries'), 1),
      maxEvents: wholeNumber(maxEvents, optionName('maxEvents'), 1),
      ttlSeconds: timeToLive(config.ttlSeconds ?? 86_400, optionName('ttlSeconds')),
    },
  };
}

function resolveMember(
  { strategy = ConsumerGroupStrategy.SHARED_LOAD_BALANCING, ...names }: ConsumerGroupConfig,
  instance: string,
): Pick<ResolvedConsumerGroup, 'group' | 'isPrivate' | 'consumer'> {
  if (strategy === ConsumerGroupStrategy.CUSTOM) {
    const group = `custom:${requireName('groupName', names.groupName)}`;
    const { consumerName } = names;
    if (consumerName === undefined) return { group, isPrivate: false, consumer: undefined };
    return { group, isPrivate: false, consumer: requireName('consumerName', consumerName) };
  }
  for (const name of ['groupName', 'consumerName'] as const) {
    if (names[name] !== undefined) {
      throw invalidOption(optionName(name), 'is only for the strategy CUSTOM');
    }
  }
  switch (strategy) {
    case ConsumerGroupStrategy.SHARED_LOAD_BALANCING:
      return { group: 'shared', isPrivate: false, consumer: undefined };
    case ConsumerGroupStrategy.INSTANCE_ISOLATED:
      return { group: `instance:${instance}`, isPrivate: true, consumer: undefined };
    default: {
      const known = Object.values(ConsumerGroupStrategy).join(', ');
      throw invalidOption(optionName('strategy'), `must be one of ${known}`);
    }
  }
}

function requireName(name: 'groupName' | 'consumerName', value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.isWellFormed() && value !== RETURNED) {
    return value;
  }
  throw invalidOption(
    optionName(name),
    `must be a non-empty string of well-formed Unicode other than "${RETURNED}"`,
  );
}

function optionName(name: keyof ConsumerGroupConfig): string {
  return `consumerConfig.${name}`;
}
