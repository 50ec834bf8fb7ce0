/**
 * What task stores share: the store but for the format of its records. Meant for adapters, not for
 * applications.
 *
 * @module
 */
export type { Layout, ServerLayout } from './layout/server-layout.ts';
export type { ArtifactHeader } from './task-store/model/a2a-values.ts';
export { BaseTaskStore } from './task-store/store/base-task-store.ts';
export { ItemList } from './task-store/model/item-list.ts';
export {
  copyJson,
  copyJsonObject,
  type JsonObject,
  type JsonValue,
} from './task-store/model/json-value.ts';
export { indexTaskSource } from './task-store/index/task-index.ts';
export { type ReadFrom, recordVersionSource } from './task-store/records/task-records.ts';
export {
  type CorruptionReport,
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
  headerFromJson,
  messageFromJson,
  metadataFromJson,
  partFromJson,
  type RecordField,
  statusFromJson,
} from './task-store/model/task-codec.ts';
export {
  type ArtifactDelta,
  diffTasks,
  type ListDelta,
  type TaskDelta,
} from './task-store/merge/task-delta.ts';
export { type IndexKeys, TaskKeys } from './task-store/index/task-keys.ts';
export type {
  DecodedRecord,
  ServerRequirement,
  TaskRecordFormat,
} from './task-store/records/task-record-format.ts';
export {
  type ArtifactSnapshot,
  snapshotOf,
  type TaskSnapshot,
} from './task-store/model/task-snapshot.ts';
export {
  type ResolvedTaskStoreOptions,
  resolveTaskStoreOptions,
  type TaskStoreOptions,
} from './task-store/store/task-store-options.ts';
export { TtlPolicy } from './task-store/index/ttl-policy.ts';
export { AppliedEvents, type CounterRange } from './event-ids/applied-events.ts';
export { TaskEvents, type LaterEvents, type PlaceRevision } from './event-ids/task-events.ts';
export { type EventId, type IdentifiedEvent, withEventId } from './event-ids/event-id.ts';
export type { LateArtifactPlace, LateEventPlace } from './event-ids/late-event-place.ts';
export type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
  EventWritingStore,
} from './event-ids/event-writing-store.ts';
export type { EventTrackingStore } from './event-ids/event-tracking-store.ts';
