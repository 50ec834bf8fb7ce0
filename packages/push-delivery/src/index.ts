export {
  type DeliveryStats,
  type DeliveryStatsQuery,
  RedisPushNotificationSender,
  type ReplayOutcome,
  type TaskConfigRef,
} from './redis-push-notification-sender.ts';
export type { RedisPushNotificationSenderOptions, WebhookRetryOptions } from './sender-options.ts';
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterQuery,
} from './dead-letters.ts';
export type { LaneReport } from './delivery-admin.ts';
export type { WorkerCounts } from './delivery/delivery-counts.ts';
export type { HostLoad } from './delivery/host-gates.ts';
export type { WaitingReport } from './delivery/schedule.ts';
export { webhookConfigCheck, type WebhookConfigCheck } from './posting/config-check.ts';
export type { HostAddress, ResolveHost } from './posting/host-resolver.ts';
export type { WebhookPostingOptions } from './posting/posting-options.ts';
export type { WebhookTargetOptions } from './posting/target-options.ts';
export type { WebhookSerializers } from './posting/webhook-content.ts';
export { webhookJwksHandler, type WebhookJwksHandler } from './signing/jwks-handler.ts';
export type { WebhookSecretsOf, WebhookSigningOptions } from './signing/webhook-signer.ts';
export type { WebhookTokenOptions } from './signing/webhook-token.ts';
