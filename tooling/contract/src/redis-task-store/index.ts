export {
  append,
  CAPABILITIES,
  contentOf,
  CONTEXT,
  documentAt,
  loadTask,
  OTHER_OWNER,
  streamedTask,
  text,
  textsOf,
} from './fixtures.ts';
export { type CallHooks, dyingClient, watchedClient, type WatchedCall } from './watched-client.ts';
export { describeRedisTaskStore } from './describe-redis-task-store.ts';
export { shareCluster, type SharedServer, shareServer } from './shared-server.ts';
export type { RedisTaskStoreSubject } from './subject.ts';
export { type RecordedCall, recordedStore, sentForChange } from './recorded-store.ts';
export { chunk, listen, marked, PUBLISHER } from './marked-event-fixtures.ts';
export { type Damage, type Damages, describeDamage } from './reports-damage.ts';
