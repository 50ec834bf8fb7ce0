export { RedisTaskStore, type RedisTaskStoreOptions } from './redis-task-store.ts';
