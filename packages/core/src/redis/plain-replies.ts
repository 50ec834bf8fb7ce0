import { isRecord } from '../shared/check-options.ts';
import type { RedisScriptClient } from './script-client.ts';

/** A client of node-redis, or what its `with…` methods return. */
export interface MappingClient extends RedisScriptClient {
  withTypeMapping(typeMapping: object): RedisScriptClient;
}

/** Clients, pools and clusters of node-redis do, and sentinels, too; see {@link plainSentinelReplies}. */
export function takesTypeMapping(client: RedisScriptClient): client is MappingClient {
  return 'withTypeMapping' in client && typeof client.withTypeMapping === 'function';
}

/**
 * The same client, whose replies are strings, numbers and arrays: an application may have its own mapped
 * to buffers, or to anything else.
 */
export function plainReplies(client: MappingClient): RedisScriptClient {
  return client.withTypeMapping({});
}

/**
 * The same for a sentinel client. Version 5 changes the application's own client where it is asked for another
 * mapping, and reads its options only from `commandOptions`: so this has some of its own.
 */
export function plainSentinelReplies<T extends RedisScriptClient>(client: T): T {
  const given: unknown = 'commandOptions' in client ? client.commandOptions : undefined;
  const commandOptions: object = { ...(isRecord(given) ? given : {}), typeMapping: {} };
  return new Proxy(client, {
    get: (target, name): unknown =>
      name === 'commandOptions' ? commandOptions : Reflect.get(target, name),
  });
}
