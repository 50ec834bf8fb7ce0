export { describePushNotificationStoreContract } from './push-notification-store/describe-contract.ts';
export type {
  MakePushNotificationStore,
  PushNotificationStoreCapabilities,
  StoreUnderTest,
} from './push-notification-store/subject.ts';
export { describeQueueManagerContract } from './queues/describe-contract.ts';
export type {
  QueueManagerCapabilities,
  QueueManagerContract,
  QueueManagerUnderTest,
} from './queues/subject.ts';
export {
  describeIdentifiedEvents,
  type MarkingStore,
  type MarkingStores,
} from './task-store/applies-events-once.ts';
export { describeTaskStoreContract } from './task-store/describe-contract.ts';
export type { MakeTaskStore, TaskStoreCapabilities } from './task-store/subject.ts';
export { describeEqualAnswers } from './task-store/matches-calls.ts';
export { describeEqualTasks } from './task-store/matches-events.ts';
