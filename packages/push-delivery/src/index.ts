export {
  type DeliveryStats,
  RedisPushNotificationSender,
  type ReplayOutcome,
  type TaskConfigRef,
} from './redis-push-notification-sender.ts';
export type { RedisPushNotificationSenderOptions, WebhookRetryOptions } from './sender-options.ts';
export type { DeadLetter, DeadLetterFilter, DeadLetterPage, DeadLetterQuery } from './dead-letters.ts';
export type { LaneReport, WaitingReport } from './delivery-admin.ts';
export type { WorkerCounts } from './delivery/delivery-worker.ts';
export type { HostLoad } from './delivery/host-gates.ts';
