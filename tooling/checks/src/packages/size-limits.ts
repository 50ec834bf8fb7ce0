/**
 * The most that each package may unpack to, in kB (1,000 bytes), all published files together. About
 * a quarter above the present size: a limit that is hit says that something was bundled, or
 * that the package grew enough to look at what it ships.
 */
export const SIZE_LIMITS_KB: Readonly<Record<string, number>> = {
  '@a2a-redis/core': 990,
  '@a2a-redis/task-store': 60,
  '@a2a-redis/json-task-store': 140,
  '@a2a-redis/push-config': 80,
  '@a2a-redis/streams-queue': 250,
  '@a2a-redis/pubsub-queue': 160,
};
