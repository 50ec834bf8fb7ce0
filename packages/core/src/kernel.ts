/**
 * What the adapter packages share. Public so that core is an ordinary dependency of theirs; meant
 * for adapters, not for applications.
 *
 * @module
 */
export { BaseQueueManager, type TransportParts } from './events/base-queue-manager.ts';
export { ChannelHub, type ResumedListener } from './events/channel-hub.ts';
export { decodeEvent, encodeEvent } from './events/event-codec.ts';
export {
  END_OF_EVENTS,
  type EventBatch,
  type EventTransport,
  type FencedBy,
  type SendOutcome,
  type TaskFeed,
  type TaskFollower,
  type TransportedEvent,
} from './events/event-transport.ts';
export { unreadableMessage } from './events/queue-errors.ts';
export { callAborted, queueEventsLost } from './events/queue-faults.ts';
export type { MessageListener } from './events/hub-channel.ts';
export { directQueueName, QueueKeys, type TaskAddress } from './events/queue-keys.ts';
export { type ProducerOptions, QueueProducer, type SendEvents } from './events/queue-producer.ts';
export { type RunState, taskStateSource } from './events/task-runs.ts';
export {
  type QueueManagerOptions,
  type QueueSettings,
  resolveQueueOptions,
} from './events/queue-manager-options.ts';
export type {
  ChannelListener,
  OpenSubscription,
  RedisSubscriberClient,
  Subscription,
  SubscriptionEvents,
} from './events/subscriber-client.ts';
export { keySegment, requireId, requirePrefix } from './keys/key-segment.ts';
export { type Scope, type ScopeResolver, scopeResolver, scopeSegment } from './keys/scope.ts';
export { AppliedEvents, type CounterRange } from './marks/applied-events.ts';
export { EventLedger, type LaterEvents, type NoteRevision } from './marks/event-ledger.ts';
export { type EventMark, markEvent, markOf, markText } from './marks/event-mark.ts';
export type { ArtifactNote, EventNote } from './marks/event-note.ts';
export type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
  EventWritingStore,
  PublishedEvent,
} from './marks/event-writing-store.ts';
export { isMarkedTaskStore, type MarkedTaskStore } from './marks/marked-task-store.ts';
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
} from './tasks/a2a-values.ts';
export { BaseTaskStore } from './tasks/base-task-store.ts';
export { ItemList } from './tasks/item-list.ts';
export { copyJson, copyJsonObject, type JsonObject, type JsonValue } from './tasks/json-value.ts';
export { indexTaskSource } from './tasks/task-index.ts';
export { recordVersionSource } from './tasks/task-records.ts';
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
} from './tasks/task-codec.ts';
export {
  type ArtifactDelta,
  diffTasks,
  type ListDelta,
  type TaskDelta,
} from './tasks/task-delta.ts';
export { type IndexKeys, TaskKeys } from './tasks/task-keys.ts';
export { mergeTasks } from './tasks/task-merge.ts';
export type { DecodedRecord, TaskRecordFormat } from './tasks/task-record-format.ts';
export {
  type ArtifactSnapshot,
  LONGEST_COPIED_LIST,
  snapshotOf,
  type TaskSnapshot,
  taskOf,
} from './tasks/task-snapshot.ts';
export {
  type ResolvedTaskStoreOptions,
  resolveTaskStoreOptions,
  type TaskStoreOptions,
} from './tasks/task-store-options.ts';
export { TtlPolicy } from './tasks/ttl-policy.ts';
