import { A2ARedisError } from '@a2a-redis/core';
import {
  defineScript,
  detailedError,
  refusalIn,
  requireRightsSource,
  serverNameLua,
} from '@a2a-redis/core/shared';
import type { ServerRequirement } from '@a2a-redis/core/task-store';

import jsonRecordSource from './scripts/json-record.lua';
import requireJsonSource from './scripts/require-json.lua';

/** The Lua functions that the scripts on documents begin with. */
export const jsonRecordLua: string = `${serverNameLua}\n${requireRightsSource}\n${jsonRecordSource}`;

/** What the scripts say where commands are missing, and then the server. */
const MISSING = /\bNOJSON (.+?)\.?$/s;

const REQUIREMENT =
  'RedisJSONTaskStore needs the JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module';

/** The JSON commands, which not every server has. */
export const jsonRequirement: ServerRequirement = {
  script: defineScript('require-json', `${jsonRecordLua}\n${requireJsonSource}`, {
    writes: 'never',
  }),
  explain: withRequirement,
};

/** Runs a call, and says what the server lacks where that is why it fails. */
export async function explained<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw withRequirement(error);
  }
}

/**
 * What a call failed with, in terms of what the server lacks where that is the reason.
 *
 * @param error Anything that a script call threw.
 */
function withRequirement(error: unknown): unknown {
  if (!(error instanceof A2ARedisError)) return error;
  const [, server] = MISSING.exec(refusalIn(error)) ?? [];
  if (server === undefined) return error;
  return detailedError('SERVER_UNSUPPORTED', `${REQUIREMENT}.`, {
    cause: error.cause,
    detail: `${REQUIREMENT}. The server is ${server}, without them.`,
  });
}
