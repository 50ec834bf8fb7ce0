export { createRedisClient } from './client/create-redis-client.ts';
export type {
  RedisClient,
  RedisClientFor,
  RedisCluster,
  RedisPool,
  RedisSentinel,
  RedisSubscriberFor,
  RespVersion,
} from './client/client-types.ts';
export { RedisConnectionManager } from './client/connection-manager.ts';
export {
  RedisHealthMonitor,
  type RedisHealthMonitorEvents,
  type RedisHealthMonitorOptions,
  type RedisHealthStatusChange,
} from './client/health-monitor.ts';
export type { RedisHealth, RedisHealthStatus } from './client/health-status.ts';
export type {
  CreateRedisClientOptions,
  RedisAddress,
  RedisAddressMap,
  RedisClientOptions,
  RedisClusterOptions,
  RedisClusterTopology,
  RedisCommonOptions,
  RedisPoolOptions,
  RedisSentinelOptions,
  RedisSentinelTopology,
} from './client/options.ts';
export type { RedisCredentialsProvider } from './credentials/connection-credentials.ts';
export type { PingableClient, RedisHealthCheck } from './client/ping.ts';
export { redisRetry, type RedisRetryEvent, type RedisRetryOptions } from './client/redis-retry.ts';
export {
  type RedisResult,
  safeRedisOperation,
  type SafeRedisOperationOptions,
} from './client/safe-redis-operation.ts';
export type { RedisDoctorOptions, RedisDoctorPackage } from './doctor/doctor-options.ts';
export type {
  RedisDoctorNode,
  RedisDoctorReport,
  RedisDoctorServer,
} from './doctor/doctor-report.ts';
export type { RedisDoctorPackageName } from './doctor/facts/package-needs.ts';
export type {
  RedisDoctorFindingCode,
  RedisDoctorSeverity,
} from './doctor/findings/finding-texts.ts';
export type { RedisDoctorFinding } from './doctor/findings/finding.ts';
export { formatDoctorReport } from './doctor/format-doctor-report.ts';
export { redisDoctor } from './doctor/redis-doctor.ts';
export {
  A2ARedisError,
  type A2ARedisErrorCode,
  type A2ARedisErrorOptions,
} from './shared/errors.ts';
