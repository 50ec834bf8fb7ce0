import { type SharedServer, shareServer } from '@a2a-redis-internal/contract/shared-server';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisJsonServer,
} from '@a2a-redis-internal/redis-server';
import { describe, expect, inject, test } from 'vitest';

const servers = inject('jsonServers');

/** Declares tests on a server with JSON commands; where there is none, one test that is not run. */
export function describeWithJson(name: string, declare: (server: SharedServer) => void): void {
  const { url = '', unavailable } = servers;
  describeUnless(unavailable, name, () => {
    declare(shareServer(async () => ({ url })));
  });
}

/** As {@link describeWithJson}, on a cluster. */
export function describeWithJsonCluster(name: string, declare: (url: string) => void): void {
  const { clusterUrl = '', unavailable, noProcess } = servers;
  describeUnless(unavailable || noProcess, name, () => {
    declare(clusterUrl);
  });
}

/** As {@link describeWithJson}, where tests can start servers that they kill. */
export function describeWithJsonProcess(name: string, declare: () => void): void {
  describeUnless(servers.unavailable || servers.noProcess, name, declare);
}

function describeUnless(reason: string, name: string, declare: () => void): void {
  // The whole check counts those of the first name, and says at its end that they were not run.
  const title =
    servers.unavailable === ''
      ? 'not run: no process of our own with JSON commands'
      : 'not run: no server with JSON commands';
  const declareNone = (): void => {
    test(title, (context) => {
      context.skip(reason);
      expect(reason).toBe('');
    });
  };
  const declareTests = reason === '' ? declare : declareNone;
  describe(name, () => {
    declareTests();
  });
}

/** A server of the test's own, in a suite of {@link describeWithJsonProcess}. */
export async function startJsonProcess(
  options: Pick<RedisServerOptions, 'persistence'> = {},
): Promise<RedisServer> {
  const server = await startRedisJsonServer({ ...options, processControl: true });
  if ('unavailable' in server) throw new Error(server.unavailable);
  return server;
}
