export {
  RedisStreamsQueueManager,
  type RedisStreamsQueueManagerOptions,
} from './redis-streams-queue-manager.ts';
