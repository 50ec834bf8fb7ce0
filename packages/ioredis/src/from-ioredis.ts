import { invalidOption } from '@a2a-redis/core/shared';

import { type Ioredis, isCluster } from './driver.ts';
import { IoredisClient } from './ioredis-client.ts';

/** Stores and queue managers know that they have the same client by its being one object. */
const made = new WeakMap<Ioredis, IoredisClient>();

/**
 * Makes a client of ioredis 5 or 6, or of iovalkey, one that stores, queue managers and client utilities take. It may be
 * connected already, or be about to connect. It stays the application's, which closes it after them.
 *
 * ```ts
 * const taskStore = new RedisTaskStore(fromIoredis(new Redis()), { prefix: 'myapp:tasks:' });
 * ```
 *
 * @param client A `Redis`, with sentinels or without, or a `Cluster`.
 * @returns The same object for the same client.
 * @throws {A2ARedisError} `INVALID_OPTION` for anything else, and for a client without `autoResendUnfulfilledCommands`.
 */
export function fromIoredis(client: Ioredis): IoredisClient {
  const known = made.get(client);
  if (known !== undefined) return known;
  requireIoredis(client);
  if (!isCluster(client) && client.options.autoResendUnfulfilledCommands === false) {
    throw invalidOption(
      'autoResendUnfulfilledCommands',
      'must not be false: ioredis never answers then what it had sent when a connection broke. Pass `client.duplicate({ autoResendUnfulfilledCommands: true })`',
    );
  }
  const bridged = new IoredisClient(client);
  made.set(client, bridged);
  return bridged;
}

function requireIoredis(client: unknown): asserts client is Ioredis {
  const fault = faultOf(client);
  if (fault === undefined) return;
  throw invalidOption('client', `must be a client of ioredis 5 or 6, or of iovalkey, not ${fault}`);
}

/** What it is instead. */
function faultOf(client: unknown): string | undefined {
  if (client === null || client === undefined) return String(client);
  if (typeof client === 'string' || client instanceof URL) return 'a URL';
  if (typeof client !== 'object') return `a value of type ${typeof client}`;
  if (has(client, 'then')) return 'a promise of one';
  if (has(client, 'evalSha'))
    return 'one of node-redis, or what this made, which are passed as they are';
  if ('isPipeline' in client) return 'a pipeline';
  const missing = ['callBuffer', 'duplicate'].filter((method) => !has(client, method));
  return missing.length === 0 ? undefined : `an object without \`${missing.join('` and `')}\``;
}

function has(client: object, method: string): boolean {
  return typeof Reflect.get(client, method) === 'function';
}
