export { createClient as createClientOfRedis5 } from 'redis-v5';

export {
  CLIENT_KINDS,
  type OpenClient,
  SENTINEL_KINDS,
  type TestSentinels,
  type TestServers,
} from './client-kinds.ts';
export { connect } from './connect.ts';
export { CuttingProxy } from './cutting-proxy.ts';
export { longestCommand, type LongestCommand } from './longest-command.ts';
export { newPrefix } from './new-prefix.ts';
export { NOT_CLIENTS } from './not-clients.ts';
export { untilReplica } from './until-replica.ts';
export { SlotProxy } from './slot-proxy.ts';
