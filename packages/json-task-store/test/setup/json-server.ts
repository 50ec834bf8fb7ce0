import {
  type RedisServer,
  startRedisJsonCluster,
  startRedisJsonServer,
} from '@a2a-redis-internal/redis-server';
import type { TestProject } from 'vitest/node';

/** Which servers with JSON commands there are for the tests. */
export interface JsonServers {
  /** A server that all tests share; each keeps to a prefix of its own. */
  readonly url: string | undefined;
  /** A cluster that all tests share. */
  readonly clusterUrl: string | undefined;
  /** Why there is no server. */
  readonly unavailable: string;
  /** Why there is no cluster, and no server that a test may kill. */
  readonly noProcess: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly jsonServers: JsonServers;
  }
}

const started: RedisServer[] = [];

/** Starts the servers that the tests share, or says in one line that tests are not run. */
export async function setup(project: TestProject): Promise<void> {
  const server = await startRedisJsonServer();
  const cluster = await startRedisJsonCluster();
  started.push(...[server, cluster].flatMap((one) => ('unavailable' in one ? [] : [one])));
  const unavailable = 'unavailable' in server ? server.unavailable : '';
  const noProcess = 'unavailable' in cluster ? cluster.unavailable : '';
  project.provide('jsonServers', {
    url: 'unavailable' in server ? undefined : server.url,
    clusterUrl: 'unavailable' in cluster ? undefined : cluster.url,
    unavailable,
    noProcess,
  });
  const reason = [unavailable, noProcess].find((one) => one !== '');
  if (reason !== undefined) {
    const which = unavailable === '' ? 'of clusters and restarts' : 'that need JSON commands';
    process.stderr.write(`json-task-store: tests ${which} are not run: ${oneLine(reason)}\n`);
  }
}

/** Stops them. */
export async function teardown(): Promise<void> {
  await Promise.all(started.splice(0).map(async (server) => server.stop()));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
