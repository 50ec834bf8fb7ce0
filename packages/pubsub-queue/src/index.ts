export type { DirectQueueOptions } from './queue/direct-queues.ts';
export { type DequeueOptions, RedisPubSubEventQueue } from './queue/redis-pubsub-event-queue.ts';
export {
  RedisPubSubQueueManager,
  type RedisPubSubQueueManagerOptions,
} from './redis-pubsub-queue-manager.ts';
