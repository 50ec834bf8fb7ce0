import { isClusterClient, type RedisScriptClient } from '@a2a-redis/core/shared';

/** The option `layout` for suites that count calls: told, so that no server is asked. The client of a cluster tells. */
export function toldLayout(client: RedisScriptClient): 'single' | 'auto' {
  // Some suites pass what is no client.
  return isClusterClient(Object(client)) ? 'auto' : 'single';
}
