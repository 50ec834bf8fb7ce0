export { A2ARedisError, type A2ARedisErrorCode } from './errors.ts';
