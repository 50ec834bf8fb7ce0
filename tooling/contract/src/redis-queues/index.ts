export { describeClose } from './describe-close.ts';
export { describeConnections } from './describe-connections.ts';
export { describeContract } from './describe-contract.ts';
export { describeGoneReplicas } from './describe-gone-replicas.ts';
export { describeTwoReplicas } from './describe-two-replicas.ts';
export { mergeSeen, type Seen } from './merge-seen.ts';
export { Replica } from './replica.ts';
export type { DirectQueue, RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';
export { type ReplicasInUse, type ServerInUse, useReplicas, useServer } from './use-replicas.ts';
