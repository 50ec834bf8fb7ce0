/**
 * What the adapter packages share. Public so that core is an ordinary dependency of theirs; meant
 * for adapters, not for applications.
 *
 * @module
 */
export { keySegment, requireId, requirePrefix } from './keys/key-segment.ts';
export { type Scope, type ScopeResolver, scopeResolver, scopeSegment } from './keys/scope.ts';
export {
  checkNames,
  isRecord,
  milliseconds,
  timeToLive,
  type UncheckedOptions,
  wholeNumber,
} from './options/check-options.ts';
export { invalidOption } from './options/invalid-option.ts';
export { backoffMs } from './redis/backoff.ts';
export { type CommandFault, commandFault } from './redis/command-fault.ts';
export { withDeadline } from './redis/deadline.ts';
export {
  isClusterClient,
  type RedisScriptClient,
  type ScriptCallOptions,
} from './redis/script-client.ts';
export { abbreviate, DEFAULT_DEADLINE_MS, ScriptRunner } from './redis/script-runner.ts';
export { defineScript, type RedisScript } from './redis/script.ts';
export type { ArtifactHeader } from './tasks/a2a-values.ts';
export { BaseTaskStore } from './tasks/base-task-store.ts';
export { ItemList } from './tasks/item-list.ts';
export type { JsonObject, JsonValue } from './tasks/json-value.ts';
export { indexTaskSource } from './tasks/task-index.ts';
export {
  corruptRecord,
  decodeHeader,
  decodeMessage,
  decodeMetadata,
  decodePart,
  decodeStatus,
  encodeHeader,
  encodeMessage,
  encodeMetadata,
  encodePart,
  encodeStatus,
  type RecordField,
} from './tasks/task-codec.ts';
export type { ArtifactDelta, ListDelta, TaskDelta } from './tasks/task-delta.ts';
export { mergeTasks } from './tasks/task-merge.ts';
export type { DecodedRecord, TaskRecordFormat } from './tasks/task-record-format.ts';
export {
  type ArtifactSnapshot,
  LONGEST_COPIED_LIST,
  snapshotOf,
  type TaskSnapshot,
  taskOf,
} from './tasks/task-snapshot.ts';
export type { TaskStoreOptions } from './tasks/task-store-options.ts';
