import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { publicPackages } from '@a2a-redis-internal/checks/public-packages';
import { repositoryRoot } from '@a2a-redis-internal/checks/repository';

import { type PlannedRow, type Row, today } from '../row.ts';
import { cellsOf } from './cells.ts';
import { describeServer, versionOfProgram } from './describe-server.ts';
import { redisTests } from './redis-tests.ts';
import { runTests } from './run-tests.ts';
import type { NamedServer } from './server-list.ts';

/** Tests of this package need JSON commands, all but a few. */
const JSON_PACKAGE = 'packages/json-task-store';

/** What of the environment decides which servers tests find. None of it is left to chance. */
const NO_SERVERS = {
  REDIS_URL: '',
  REDIS_URL_ONLY: '',
  REDIS_JSON_URL: '',
  REDIS_JSON_MODULE: '',
} as const;

/** A row for each server: the packages' own tests, those that use Redis. */
export function planServers(servers: readonly NamedServer[]): readonly PlannedRow[] {
  return servers.map(({ name, target }) => ({
    section: 'servers',
    name,
    run: async () => {
      return target.kind === 'program'
        ? runOnProgram(name, target.path, target.jsonModule)
        : runOnUrl(name, target.url);
    },
  }));
}

/** Tests start as many servers, clusters and sentinels of the program as they need. */
async function runOnProgram(
  name: string,
  path: string,
  jsonModule: string | undefined,
): Promise<Row> {
  const version = await versionOfProgram(path);
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  try {
    // By this name the tests' launcher finds it first, whatever it is.
    await symlink(path, join(folder, 'redis-server'));
    const env = {
      ...NO_SERVERS,
      PATH: [folder, join(repositoryRoot, 'node_modules', '.bin'), process.env['PATH']].join(
        delimiter,
      ),
      REDIS_JSON_MODULE: jsonModule ?? '',
    };
    return await runRow(name, version, env, jsonModule !== undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tests that need a server of their own are not run: it would be another one. */
async function runOnUrl(name: string, url: string): Promise<Row> {
  const { version, hasJson } = await describeServer(url);
  const env = { ...NO_SERVERS, REDIS_URL: url, REDIS_URL_ONLY: 'yes' };
  return runRow(name, version, hasJson ? { ...env, REDIS_JSON_URL: url } : env, hasJson);
}

async function runRow(
  name: string,
  version: string,
  env: Readonly<Record<string, string>>,
  hasJson: boolean,
): Promise<Row> {
  const folders = publicPackages()
    .map(({ path }) => path)
    .filter((path) => hasJson || path !== JSON_PACKAGE);
  const files = (await Promise.all(folders.map(redisTests))).flat();
  const outcomes = await runTests(files, env);
  return { section: 'servers', name, version, date: today(), cells: cellsOf(outcomes) };
}
