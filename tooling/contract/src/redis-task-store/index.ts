export { describeRedisTaskStore } from './describe-redis-task-store.ts';
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
export { chunk, listen, identified, PUBLISHER } from './identified-events.ts';
export { callsForChunk, recordedStore, sentForChange, sentForLateChunk } from './recorded-store.ts';
export { type Damage, type Damages, describeDamage } from './reports-damage.ts';
export type { RedisTaskStoreSubject } from './subject.ts';
export { toldLayout } from './told-layout.ts';
export { type CallHooks, dyingClient, type WatchedCall, watchedClient } from './watched-client.ts';
