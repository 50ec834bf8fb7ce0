import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient, type RedisClientType } from 'redis';

import type { RedisDoctorOptions } from '../src/doctor/doctor-options.ts';
import type { RedisDoctorReport } from '../src/doctor/doctor-report.ts';
import type { RedisDoctorPackageName } from '../src/doctor/facts/package-needs.ts';
import { redisDoctor } from '../src/doctor/redis-doctor.ts';
import { useRuntime } from '../src/runtime/client-runtime.ts';
import { systemRuntime } from '../src/runtime/runtime.ts';

/** Those of the packages looked at by default that keep what is worth a disk. */
export const LASTING: readonly RedisDoctorPackageName[] = [
  'task-store',
  'streams-queue',
  'push-config',
  'push-delivery',
];

/** A finding as tests compare it; without packages where it concerns all. */
export type Shown = readonly [
  severity: string,
  code: string,
  message: string,
  ...packages: string[],
];

/** The findings of a report; what the server said is in the words of {@link inWordsOfAll}. */
export function shownFindings({ findings, packages: asked }: RedisDoctorReport): readonly Shown[] {
  return findings.map(({ severity, code, message, packages }): Shown => {
    const named = packages.length === asked.length ? [] : packages;
    return [severity, code, inWordsOfAll(message), ...named];
  });
}

/** Servers differ in how they refuse. `NOPERM (config)`: that the user may not run a command, or its subcommand. */
function inWordsOfAll(message: string): string {
  return message
    .replaceAll(
      /NOPERM (?:this user|User \w+) has no permissions to run the '(\w+)(?:\|\w+)?' command(?: or its subcommand)?/g,
      'NOPERM ($1)',
    )
    .replaceAll(/unknown command `(\w+)`/g, "unknown command '$1'");
}

/** What a healthy server lacks all the same. */
export const NO_REPLICA: Shown = ['info', 'NO_REPLICA', 'No replica follows.'];

/** A server that keeps all that it is given, within a limit, with some directives more. */
export async function startHealthyServer(
  config: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  return startRedisServer({
    persistence: true,
    exclusive: true,
    config: { maxmemory: '100mb', ...config },
  });
}

/** A connected client, of a user whose password is any. */
export async function clientOf(url: string, username?: string): Promise<RedisClientType> {
  const user = username === undefined ? {} : { username, password: 'any' };
  const client: RedisClientType = createClient({ url, ...user });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Has a client measure round trips a thousand times shorter than they are: on a busy machine, any may take long, and
 * what else is found should not depend on that.
 */
export function ignoreDelays<T extends object>(client: T): T {
  useRuntime(client, { ...systemRuntime, now: () => systemRuntime.now() / 1000 });
  return client;
}

/** What is found on a server that is healthy but for some directives. */
export async function findingsWith(
  config: Readonly<Record<string, string>>,
  options: RedisDoctorOptions = {},
  username?: string,
): Promise<readonly Shown[]> {
  await using server = await startHealthyServer(config);
  const client = await clientOf(server.url, username);
  const report = await redisDoctor(ignoreDelays(client), options);
  client.destroy();
  return shownFindings(report);
}
