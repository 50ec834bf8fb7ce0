export type { DequeueOptions, DirectQueueOptions } from '@a2a-redis/core/queue-manager';

export { RedisPubSubEventQueue } from './queue/redis-pubsub-event-queue.ts';
export {
  RedisPubSubQueueManager,
  type RedisPubSubQueueManagerOptions,
} from './redis-pubsub-queue-manager.ts';
