import { setTimeout as sleep } from 'node:timers/promises';

import { findProgram } from './find-program.ts';
import { infoField } from './info-field.ts';
import { startLocalServer } from './local-server.ts';
import { messageOf } from './message-of.ts';
import type { RedisServer, RedisServerOptions } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import { slotRanges } from './slot-ranges.ts';
import type { Unavailable } from './way.ts';
import { dockerServer } from './ways/docker.ts';
import { serverOfUrl } from './ways/redis-url.ts';

/** Programs that are tried with the module, in this order. */
const PROGRAMS = ['redis-server', 'valkey-server'] as const;
const DEADLINE_MS = 60_000;
const INTERVAL_MS = 50;

type Program = (typeof PROGRAMS)[number];

/** What a container and a server that is given to us cannot do. */
type OwnProcess = Pick<RedisServerOptions, 'persistence' | 'processControl' | 'config'>;

/**
 * Gets a server with JSON commands: the one at `REDIS_JSON_URL`; a program on PATH with the module
 * at `REDIS_JSON_MODULE`; a container of `redis:8`.
 *
 * @param options What the server must be able to do; any of it needs a process of this machine.
 * @returns The server, or why there is none. Nothing is installed for its sake.
 * @throws Error when what a variable names does not work: whoever set it wants that server.
 */
export async function startRedisJsonServer(
  options: OwnProcess = {},
): Promise<RedisServer | Unavailable> {
  const url = process.env['REDIS_JSON_URL'] ?? '';
  const modulePath = process.env['REDIS_JSON_MODULE'] ?? '';
  const { persistence = false, processControl = persistence, config } = options;
  const isOwn = processControl || persistence || config !== undefined;
  if (url !== '' && !isOwn)
    return requireJson(await serverOfUrl(url, 'REDIS_JSON_URL'), 'REDIS_JSON_URL');
  if (modulePath !== '') {
    const server = await startWithModule({ ...options, processControl, modulePath });
    return requireJson(server, 'REDIS_JSON_MODULE');
  }
  if (isOwn) {
    return { unavailable: 'a process of our own with JSON commands needs REDIS_JSON_MODULE' };
  }
  const server = await dockerServer({});
  if (!('unavailable' in server)) return requireJson(server, 'redis:8 in Docker');
  return {
    unavailable: `REDIS_JSON_URL and REDIS_JSON_MODULE are not set, and ${server.unavailable}`,
  };
}

/**
 * Gets a cluster of one server with JSON commands that serves all slots: keys of different slots
 * cannot meet in a script, as on any cluster.
 *
 * @returns As {@link startRedisJsonServer}.
 */
export async function startRedisJsonCluster(): Promise<RedisServer | Unavailable> {
  const config = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };
  const server = await startRedisJsonServer({ processControl: true, config });
  if ('unavailable' in server) return server;
  const [first = 0, last = -1] = slotRanges(1)[0] ?? [];
  const slots = Array.from({ length: last - first + 1 }, (_, offset) => String(first + offset));
  const endpoint = endpointOfUrl(server.url);
  await sendCommands(endpoint, [['CLUSTER', 'ADDSLOTS', ...slots]]);
  for (const deadline = Date.now() + DEADLINE_MS; ;) {
    const [info = ''] = await sendCommands(endpoint, [['CLUSTER', 'INFO']]);
    if (infoField(info, 'cluster_state') === 'ok') return server;
    if (Date.now() > deadline) break;
    await sleep(INTERVAL_MS);
  }
  await server.stop();
  throw new Error(`${server.url} serves no cluster in ${DEADLINE_MS} ms`);
}

/** The first program that takes the module: one made for Redis may not load into Valkey. */
async function startWithModule(options: RedisServerOptions): Promise<RedisServer> {
  const refusals: string[] = [];
  for (const name of PROGRAMS) {
    const program = await findProgram(name);
    const started = program === undefined ? 'not on PATH' : await tryStart(program, name, options);
    if (typeof started !== 'string') return started;
    refusals.push(`- ${name}: ${started}`);
  }
  throw new Error(`No server took the module of REDIS_JSON_MODULE:\n${refusals.join('\n')}`);
}

async function tryStart(
  program: string,
  name: Program,
  options: RedisServerOptions,
): Promise<RedisServer | string> {
  try {
    return await startLocalServer(program, name, options);
  } catch (error) {
    return messageOf(error);
  }
}

/** A script, so that it can be asked of a cluster that serves no slots yet. */
const HAS_JSON = `return redis.call('COMMAND', 'INFO', 'JSON.GET')[1] and 'yes' or 'no'`;

async function requireJson(server: RedisServer, name: string): Promise<RedisServer> {
  const [answer] = await sendCommands(endpointOfUrl(server.url), [['EVAL', HAS_JSON, '0']]);
  if (answer === 'yes') return server;
  await server.stop();
  throw new Error(`The server of ${name} has no JSON commands`);
}
