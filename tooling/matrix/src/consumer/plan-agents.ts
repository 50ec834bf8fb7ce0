import { startLocalServer } from '@a2a-redis-internal/redis-server';

import { type PlannedRow, type Row, today } from '../row.ts';
import { describeServer, versionOfProgram } from '../servers/describe-server.ts';
import type { NamedServer } from '../servers/server-list.ts';
import { everyParts } from './scenario.ts';
import type { Surroundings } from './surroundings.ts';
import { tryPackages } from './try-packages.ts';

/** A row for each server: two agents of the packed packages on it. It takes minutes, where the tests take an hour. */
export function planAgents(
  servers: readonly NamedServer[],
  surroundings: Surroundings,
): readonly PlannedRow[] {
  return servers.map(({ name, target }) => ({
    section: 'agents',
    name,
    run: async () => {
      return target.kind === 'program'
        ? runOnProgram(name, target.path, target.jsonModule, surroundings)
        : runOnUrl(name, target.url, surroundings);
    },
  }));
}

async function runOnProgram(
  name: string,
  path: string,
  modulePath: string | undefined,
  surroundings: Surroundings,
): Promise<Row> {
  const version = await versionOfProgram(path);
  await using server = await startLocalServer(path, 'redis-server', { modulePath });
  // Awaited here: the server ends with this function.
  return await runRow(
    { name, version, url: server.url, hasJson: modulePath !== undefined },
    surroundings,
  );
}

async function runOnUrl(name: string, url: string, surroundings: Surroundings): Promise<Row> {
  return runRow({ name, url, ...(await describeServer(url)) }, surroundings);
}

async function runRow(
  server: {
    readonly name: string;
    readonly version: string;
    readonly url: string;
    readonly hasJson: boolean;
  },
  surroundings: Surroundings,
): Promise<Row> {
  const { name, version, url, hasJson } = server;
  const tarballs = await surroundings.tarballs();
  const { folder } = await surroundings.consumer();
  const scenarios = everyParts(url, hasJson ? url : undefined);
  const cells = await tryPackages([process.execPath], folder, tarballs, scenarios);
  return { section: 'agents', name, version, date: today(), cells };
}
