import {
  defineScript,
  detailedError,
  type RedisScriptClient,
  type ScriptRunner,
} from '@a2a-redis/core/shared';

import probeIdsSource from './scripts/probe-ids.lua';

const probeIdsScript = defineScript('probe-ids', probeIdsSource);

/** Whose servers are known to take ids. */
const known = new WeakSet<RedisScriptClient>();

/**
 * Finds out whether the server takes stream ids that it is given, once for each client: without, nobody could tell by
 * the sequence of ids whether an entry is missing.
 *
 * @param key One of no other use.
 * @throws {A2ARedisError} `SERVER_UNSUPPORTED` where it does not; otherwise as a script call.
 */
export async function requireStreamIds(
  client: RedisScriptClient,
  runner: ScriptRunner,
  key: string,
): Promise<void> {
  if (known.has(client)) return;
  const answer = await runner.run(probeIdsScript, [key], []);
  if (Number(answer) !== 1) throw idsRefused(String(answer));
  known.add(client);
}

function idsRefused(refusal: string): Error {
  const problem =
    'This Redis server gives stream entries ids of its own only, as an Active-Active database does. Queues on Redis Streams need another database, or use RedisPubSubQueueManager';
  return detailedError('SERVER_UNSUPPORTED', `${problem}.`, {
    detail: `${problem}. The server said: ${refusal}`,
  });
}
