/**
 * What the adapter packages share. Public so that core is an ordinary dependency of theirs; meant
 * for adapters, not for applications.
 *
 * @module
 */
export {
  BaseQueueManager,
  type TransportParts,
} from './queue-manager/manager/base-queue-manager.ts';
export { ChannelHub, type ResumedListener } from './queue-manager/messages/channel-hub.ts';
export { decodeEvent, encodeEvent } from './queue-manager/events/event-codec.ts';
export {
  END_OF_EVENTS,
  type EventBatch,
  type EventTransport,
  type FencedBy,
  type SendOutcome,
  type TaskFeed,
  type TaskFollower,
  type TransportedEvent,
} from './queue-manager/events/event-transport.ts';
export { unreadableMessage } from './queue-manager/events/queue-errors.ts';
export { callAborted, queueEventsLost } from './queue-manager/events/queue-faults.ts';
export type { MessageListener } from './queue-manager/messages/hub-channel.ts';
export { directQueueName, QueueKeys, type TaskAddress } from './queue-manager/events/queue-keys.ts';
export {
  type ProducerOptions,
  QueueProducer,
  type SendEvents,
} from './queue-manager/execution/queue-producer.ts';
export { type RedisTaskState, taskStateSource } from './queue-manager/state/task-state.ts';
export {
  type QueueManagerOptions,
  type QueueSettings,
  resolveQueueOptions,
} from './queue-manager/manager/queue-manager-options.ts';
export type {
  ChannelListener,
  OpenSubscription,
  RedisSubscriberClient,
  Subscription,
  SubscriptionEvents,
} from './queue-manager/messages/subscriber-client.ts';
export { keySegment, requireId, requirePrefix } from './shared/key-segment.ts';
export { type Scope, type ScopeResolver, scopeResolver, scopeSegment } from './shared/scope.ts';
export { AppliedEvents, type CounterRange } from './event-ids/applied-events.ts';
export { TaskEvents, type LaterEvents, type PlaceRevision } from './event-ids/task-events.ts';
export { type EventId, withEventId, eventIdOf, eventIdText } from './event-ids/event-id.ts';
export type { LateArtifactPlace, LateEventPlace } from './event-ids/late-event-place.ts';
export type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
  EventWritingStore,
  PublishedEvent,
} from './event-ids/event-writing-store.ts';
export { isEventTrackingStore, type EventTrackingStore } from './event-ids/event-tracking-store.ts';
export {
  checkNames,
  isRecord,
  milliseconds,
  timeToLive,
  type UncheckedOptions,
  wholeNumber,
} from './shared/check-options.ts';
export { invalidOption } from './shared/invalid-option.ts';
export { backoffMs } from './redis/backoff.ts';
export { type CommandFault, commandFault } from './redis/command-fault.ts';
export { withDeadline } from './redis/deadline.ts';
export { arrayReply, textReply, textsReply } from './redis/reply.ts';
export {
  isClusterClient,
  type RedisScriptClient,
  type ScriptCallOptions,
} from './redis/script-client.ts';
export { abbreviate, DEFAULT_DEADLINE_MS, ScriptRunner } from './redis/script-runner.ts';
export { defineScript, type RedisScript } from './redis/script.ts';
export {
  type CompanionCall,
  defineCompanion,
  HostScript,
  type ScriptCompanion,
} from './redis/script-companion.ts';
export { runtimeOf, useRuntime } from './runtime/client-runtime.ts';
export { type Runtime, type RuntimeTimer, systemRuntime } from './runtime/runtime.ts';
export { sleep, type SleepOptions } from './runtime/sleep.ts';
export {
  type ArtifactHeader,
  copyHeader,
  copyMessage,
  copyPart,
  copyStatus,
} from './task-store/model/a2a-values.ts';
export { BaseTaskStore } from './task-store/store/base-task-store.ts';
export { ItemList } from './task-store/model/item-list.ts';
export {
  copyJson,
  copyJsonObject,
  type JsonObject,
  type JsonValue,
} from './task-store/model/json-value.ts';
export { indexTaskSource } from './task-store/index/task-index.ts';
export { recordVersionSource } from './task-store/records/task-records.ts';
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
export { mergeTasks } from './task-store/merge/task-merge.ts';
export type { DecodedRecord, TaskRecordFormat } from './task-store/records/task-record-format.ts';
export {
  type ArtifactSnapshot,
  LONGEST_COPIED_LIST,
  snapshotOf,
  type TaskSnapshot,
  taskOf,
} from './task-store/model/task-snapshot.ts';
export {
  type ResolvedTaskStoreOptions,
  resolveTaskStoreOptions,
  type TaskStoreOptions,
} from './task-store/store/task-store-options.ts';
export { TtlPolicy } from './task-store/index/ttl-policy.ts';
