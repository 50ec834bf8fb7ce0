/**
 * The most that each package may unpack to, in kB (1,000 bytes), all published files together. About
 * a quarter above the present size: a limit that is hit says that something was bundled, or
 * that the package grew enough to look at what it ships.
 */
export const SIZE_LIMITS_KB: Readonly<Record<string, number>> = {
  '@a2a-redis/core': 1600,
  '@a2a-redis/ioredis': 80,
  '@a2a-redis/task-store': 60,
  '@a2a-redis/json-task-store': 140,
  '@a2a-redis/push-config': 80,
  '@a2a-redis/push-delivery': 330,
  '@a2a-redis/streams-queue': 250,
  '@a2a-redis/pubsub-queue': 160,
};

/** What is agreed of the bundle of a package: see `bundleOf`. */
interface BundleLimits {
  /** The most that it may be, minified, in kB (1,000 bytes). */
  readonly limitKb: number;
  /** The scripts that an application must not carry which uses this package alone. */
  readonly without: RegExp;
}

const OF_QUEUES = /\b(?:runs?|lease|replica|state|cancel|events|position|message|log)\b/u;
const OF_STORES = /\b(?:tasks?|record|index|scopes?|pending|row|due|member|json|configs?)\b/u;

/**
 * By package, some twentieth above the present size.
 */
export const BUNDLES: Readonly<Record<string, BundleLimits>> = {
  // Those of the doctor, which an application that does not call it need not carry.
  '@a2a-redis/core': {
    limitKb: 80,
    without: /^(?!command$|probe-layout$|server-support$|ask-calls$|server-command$)/u,
  },
  '@a2a-redis/ioredis': {
    limitKb: 14,
    without: /^(?!command$|probe-layout$|server-support$)/u,
  },
  '@a2a-redis/task-store': { limitKb: 101, without: OF_QUEUES },
  '@a2a-redis/json-task-store': { limitKb: 120, without: OF_QUEUES },
  '@a2a-redis/push-config': {
    limitKb: 35,
    without: /^(?!command$|probe-layout$|server-support$|.*\bconfigs?$)/u,
  },
  // It hears messages by the hub of queue managers, whose scripts stand in one chunk with it.
  '@a2a-redis/push-delivery': { limitKb: 700, without: /^(?:save|load|index|append|publish)-/u },
  '@a2a-redis/streams-queue': { limitKb: 183, without: OF_STORES },
  '@a2a-redis/pubsub-queue': { limitKb: 157, without: OF_STORES },
};
