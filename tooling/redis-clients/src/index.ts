export { createClient as createClientOfRedis5 } from 'redis-v5';

export { type BridgedClient, IOREDIS } from './bridged-client.ts';
export { CLIENT_KINDS, CONTRACT_KINDS, SENTINEL_KINDS } from './client-kinds.ts';
export type { OpenClient, TestSentinels, TestServers } from './open-client.ts';
export { connect } from './connect.ts';
export { CuttingProxy } from './cutting-proxy.ts';
export { longestCommand, type LongestCommand } from './longest-command.ts';
export { newPrefix } from './new-prefix.ts';
export { NOT_CLIENTS } from './not-clients.ts';
export { untilReplica } from './until-replica.ts';
export { SlotProxy } from './slot-proxy.ts';
