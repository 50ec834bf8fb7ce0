/**
 * What the adapter packages share. Public so that core is an ordinary dependency of theirs; meant
 * for adapters, not for applications.
 *
 * @module
 */
export { keySegment, requireId, requirePrefix } from './keys/key-segment.ts';
export { type Scope, type ScopeResolver, scopeResolver, scopeSegment } from './keys/scope.ts';
export { backoffMs } from './redis/backoff.ts';
export { type CommandFault, commandFault } from './redis/command-fault.ts';
export { withDeadline } from './redis/deadline.ts';
export {
  isClusterClient,
  type RedisScriptClient,
  type ScriptCallOptions,
} from './redis/script-client.ts';
export { abbreviate, DEFAULT_DEADLINE_MS, ScriptRunner } from './redis/script-runner.ts';
export { defineScript, type RedisScript } from './redis/script.ts';
