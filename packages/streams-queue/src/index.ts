export type { DequeueOptions, DirectQueueOptions } from '@a2a-redis/core/queue-manager';

export { type ConsumerGroupConfig, ConsumerGroupStrategy } from './queue/consumer-group.ts';
export type { CreateQueueOptions } from './queue/direct-queues.ts';
export type { PoisonEvent } from './queue/poison-event.ts';
export {
  type ReadPoisonOptions,
  RedisStreamsEventQueue,
} from './queue/redis-streams-event-queue.ts';
export type { ReplayedEvent, ReplayOptions } from './queue/replay-events.ts';
export {
  RedisStreamsQueueManager,
  type RedisStreamsQueueManagerOptions,
} from './redis-streams-queue-manager.ts';
