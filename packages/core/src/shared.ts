/**
 * What every adapter builds on: options, keys, scripts, time. Public so that core is an ordinary
 * dependency of theirs; meant for adapters, not for applications.
 *
 * @module
 */
export { keySegment, requireId, requirePrefix } from './shared/key-segment.ts';
export {
  contextOfScope,
  type Scope,
  type ScopeResolver,
  scopeResolver,
  scopeSegment,
} from './shared/scope.ts';
export {
  checkNames,
  isRecord,
  milliseconds,
  timeToLive,
  type UncheckedOptions,
  wholeNumber,
} from './shared/check-options.ts';
export { type ConfigHash, configHashOf, type ConfigHashStore } from './shared/config-hash.ts';
export { detailedError } from './shared/detailed-error.ts';
export { errorReporter } from './shared/error-reporter.ts';
export { invalidOption } from './shared/invalid-option.ts';
export { LruMap } from './shared/lru-map.ts';
export { taskIdOfResponse } from './event-ids/task-of-response.ts';
export { TaskTurns } from './shared/task-turns.ts';
export { backOff, backoffMs } from './redis/backoff.ts';
export { withDeadline } from './redis/deadline.ts';
export { arrayReply, refusalIn, textReply, textsReply } from './redis/reply.ts';
export { CallError } from './redis/command-fault.ts';
export {
  isClusterClient,
  type RedisScriptClient,
  requireScriptClient,
  type ScriptCallOptions,
  type Topology,
} from './redis/script-client.ts';
export {
  channelName,
  type ChannelSpace,
  channelSpaceOf,
  keyPrefixOf,
  MAIN_CHANNELS,
} from './layout/channel-space.ts';
export { runCommand } from './redis/run-command.ts';
export { abbreviate, DEFAULT_DEADLINE_MS, ScriptRunner } from './redis/script-runner.ts';
export { requireRightsSource } from './rights/require-rights.ts';
export { defineScript, type RedisScript, type ScriptWrites } from './redis/script.ts';
export {
  type CompanionCall,
  defineCompanion,
  HostScript,
  type ScriptCompanion,
} from './redis/script-companion.ts';
export { noteSupport, serverNameLua, type ServerSupport } from './redis/server-support.ts';
export { type Layout, ServerLayout } from './layout/server-layout.ts';
export { useRuntime } from './runtime/client-runtime.ts';
export { type Runtime, type RuntimeTimer, systemRuntime } from './runtime/runtime.ts';
export { sleep, type SleepOptions } from './runtime/sleep.ts';
