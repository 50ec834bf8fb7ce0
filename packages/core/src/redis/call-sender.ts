import type { RedisScriptClient } from './script-client.ts';
import { isSentinelClient, sentinelSender } from './sentinel-sender.ts';

/** A single connection of node-redis, which tells whether it can send. */
interface SingleClient extends RedisScriptClient {
  readonly isReady: boolean;
  withCommandOptions(options: { timeout: undefined; typeMapping: object }): RedisScriptClient;
}

/** node-redis gives the client of a single connection, and only that, an `isPubSubActive` flag. */
function isSingleClient(client: RedisScriptClient): client is SingleClient {
  return 'isPubSubActive' in client && 'isReady' in client && 'withCommandOptions' in client;
}

/**
 * What to send the next call with. Whatever types the application has its replies mapped to, those of
 * scripts are as scripts give them.
 *
 * With a command timeout, which node-redis 6 sets by default, it makes an abort signal and a timer
 * for every command, to drop one that it could not write: a third of the processor time of a small
 * call. A connected client writes at once, so the timeout is left out then. Offline it stays, so
 * that calls do not pile up.
 */
export function callSender(client: RedisScriptClient): () => RedisScriptClient {
  if (isSentinelClient(client)) {
    const sender = sentinelSender(client);
    return () => sender;
  }
  const sender = takesTypeMapping(client) ? plainReplies(client) : client;
  if (!isSingleClient(client)) return () => sender;
  const untimed = client.withCommandOptions({ timeout: undefined, typeMapping: {} });
  return () => (client.isReady ? untimed : sender);
}

/** A client of node-redis, or what its `with…` methods return. */
interface MappingClient extends RedisScriptClient {
  withTypeMapping(typeMapping: object): RedisScriptClient;
}

/** Clients, pools and clusters of node-redis do, and sentinels, too; see `sentinel-sender.ts`. */
function takesTypeMapping(client: RedisScriptClient): client is MappingClient {
  return 'withTypeMapping' in client && typeof client.withTypeMapping === 'function';
}

/**
 * The same client, whose replies are strings, numbers and arrays: an application may have its own mapped
 * to buffers, or to anything else.
 */
function plainReplies(client: MappingClient): RedisScriptClient {
  return client.withTypeMapping({});
}
