import { A2ARedisError } from '@a2a-redis/core';
import { defineScript, detailedError, refusalIn } from '@a2a-redis/core/shared';
import type { ServerRequirement } from '@a2a-redis/core/task-store';

import jsonRecordSource from './scripts/json-record.lua';
import requireJsonSource from './scripts/require-json.lua';

/** What the scripts say where commands are missing, and then the server. */
const MISSING = /\b(NOJSON|NOSEARCH) (.+?)\.?$/s;

const REQUIREMENTS: Readonly<Record<string, string>> = {
  NOJSON:
    'RedisJSONTaskStore needs the JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module',
  NOSEARCH:
    'Searching needs the FT commands: Redis 8, or a server with a search module that indexes JSON',
};

/** The JSON commands, which not every server has. */
export const jsonRequirement: ServerRequirement = {
  script: defineScript('require-json', `${jsonRecordSource}\n${requireJsonSource}`, {
    onlyReads: true,
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
  const [, missing = '', server = ''] = MISSING.exec(refusalIn(error)) ?? [];
  const requirement = REQUIREMENTS[missing];
  if (requirement === undefined) return error;
  return detailedError('SERVER_UNSUPPORTED', `${requirement}.`, {
    cause: error.cause,
    detail: `${requirement}. The server is ${server}, without them.`,
  });
}
