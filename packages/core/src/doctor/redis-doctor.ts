import { type RedisScriptClient, requireScriptClient } from '../redis/script-client.ts';
import { runtimeOf } from '../runtime/client-runtime.ts';
import { askServer } from './ask-server.ts';
import { type RedisDoctorOptions, resolveDoctorOptions } from './doctor-options.ts';
import { type RedisDoctorReport, reportOf } from './doctor-report.ts';

/**
 * Asks a Redis server for all that the `@a2a-redis` packages build on, and says what is wrong with it for them. It only
 * reads, and needs no right beyond those of the packages: what the server, or the user's rights, keep from it is a finding
 * with the severity `unknown`, and the reason.
 *
 * Each finding has a code; docs/doctor.md has a table of them.
 *
 * @example
 * ```ts
 * const report = await redisDoctor(redis, { packages: ['task-store', 'streams-queue'] });
 * console.log(formatDoctorReport(report));
 * if (report.findings.some(({ severity }) => severity === 'error')) process.exitCode = 1;
 * ```
 *
 * @param client The client that stores and queue managers get: what it may not do is a finding. Of a cluster client
 *   each master is asked. What sends no commands but scripts, cannot ask for settings.
 * @throws {A2ARedisError} `INVALID_OPTION`. Where no server answers, as calls of the stores: `DEADLINE_EXCEEDED`,
 *   `CLIENT_CLOSED`, `UNAVAILABLE`, `OUTCOME_UNKNOWN`, or `COMMAND_FAILED` for a password that is wrong.
 */
export async function redisDoctor(
  client: RedisScriptClient,
  options: RedisDoctorOptions = {},
): Promise<RedisDoctorReport> {
  requireScriptClient(client);
  const { packages, deadlineMs } = resolveDoctorOptions(options);
  const facts = await askServer(client, packages, runtimeOf(client).now() + deadlineMs);
  return reportOf(facts, packages);
}
