export {
  RedisJSONTaskStore,
  type RedisJSONTaskStoreOptions,
  type SearchPage,
} from './redis-json-task-store.ts';
export type { PathUpdate } from './task-paths.ts';
export type { SearchOptions } from './task-search.ts';
