export type { CallTable, NoCalls } from './messages.ts';
export type { ExitOutcome, Replica } from './replica.ts';
export {
  startRoundRobinProxy,
  type ProxyTarget,
  type RoundRobinProxy,
} from './round-robin-proxy.ts';
export { serveReplica, type ReplicaModule, type ServingReplica } from './serve-replica.ts';
export { startReplica, type ReplicaOptions } from './start-replica.ts';
export { startReplicas, type ReplicaGroup } from './start-replicas.ts';
