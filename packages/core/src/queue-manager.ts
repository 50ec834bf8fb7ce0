/**
 * What queue managers share: the manager but for how its events travel. Meant for adapters, not for
 * applications.
 *
 * @module
 */
export {
  BaseQueueManager,
  type TransportParts,
} from './queue-manager/manager/base-queue-manager.ts';
export {
  ChannelFeed,
  type ChannelFeedParts,
  type Channels,
  type RequestMessage,
} from './queue-manager/events/channel-feed.ts';
export {
  ChannelHub,
  type ClosedListener,
  type ResumedListener,
} from './queue-manager/messages/channel-hub.ts';
export { decodeEvent, encodeEvent } from './queue-manager/events/event-codec.ts';
export {
  END_OF_EVENTS,
  type EventBatch,
  type EventTransport,
  type FeedNews,
  type Joining,
  type Lacking,
  type SendOutcome,
  type TaskFeed,
  type TaskFollower,
  type TaskStanding,
  type TransportedEvent,
} from './queue-manager/events/event-transport.ts';
export {
  knownRoute,
  type PublishCommand,
  type PublishRoute,
  routeByLayout,
} from './layout/publish-route.ts';
export { isRefusal } from './redis/command-fault.ts';
export { callAborted, queueEventsLost } from './queue-manager/events/queue-errors.ts';
export type { MessageListener } from './queue-manager/messages/hub-channel.ts';
export { directQueueName, QueueKeys, type TaskAddress } from './queue-manager/state/queue-keys.ts';
export {
  type DequeueOptions,
  queueClosed,
  queuedText,
} from './queue-manager/direct/event-queue.ts';
export {
  type DirectQueueOptions,
  OpenQueues,
  type OpenQueuesParts,
  type NamedQueue,
  type QueuePlace,
} from './queue-manager/direct/open-queues.ts';
export {
  type ProducerOptions,
  QueueProducer,
  type SendEvents,
} from './queue-manager/direct/queue-producer.ts';
export {
  type FencedBy,
  isTaskOver,
  type RedisTaskState,
  taskStateSource,
} from './queue-manager/state/task-state.ts';
export {
  type QueueManagerOptions,
  type QueueSettings,
  resolveQueueOptions,
} from './queue-manager/manager/queue-manager-options.ts';
export type {
  ChannelListener,
  DuplicableClient,
  OpenSubscription,
  OwnSubscriberClient,
  RedisSubscriberClient,
  Subscription,
  SubscriptionEvents,
} from './queue-manager/messages/subscriber-client.ts';
export { subscriptionOf } from './queue-manager/messages/subscriber-client.ts';
export { AppliedEvents } from './event-ids/applied-events.ts';
export type { EventId, IdentifiedEvent } from './event-ids/event-id.ts';
export type { EventTrackingStore } from './event-ids/event-tracking-store.ts';
export type { DurablePushNotificationSender } from './queue-manager/webhooks/durable-sender.ts';
export { statusOf } from './queue-manager/events/end-status.ts';
export { isTerminal } from './shared/state-kinds.ts';
