import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build, version as esbuildVersion } from 'esbuild';

import { type PlannedRow, type Row, today } from '../row.ts';
import { cellsOfChecks } from './check-cells.ts';
import { type CheckOutcome, playScenario } from './scenario.ts';
import type { Surroundings } from './surroundings.ts';

/** CommonJS packages in an ES module still ask for what comes with Node. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

const BUNDLES = [
  { name: 'esbuild-esm', format: 'esm', file: 'agent.mjs', banner: { js: REQUIRE } },
  { name: 'esbuild-cjs', format: 'cjs', file: 'agent.cjs', banner: {} },
] as const;

/** A row for each kind of bundle: the agent and all that it uses in one file. */
export function planBundles(surroundings: Surroundings): readonly PlannedRow[] {
  return BUNDLES.map((bundle) => ({
    section: 'bundles',
    name: bundle.name,
    run: async () => runBundle(bundle, surroundings),
  }));
}

async function runBundle(
  { name, format, file, banner }: (typeof BUNDLES)[number],
  surroundings: Surroundings,
): Promise<Row> {
  const consumer = await surroundings.consumer();
  // Nothing is beside it that it could load.
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  try {
    await build({
      absWorkingDir: consumer.folder,
      entryPoints: ['agent.ts'],
      outfile: join(folder, file),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      banner,
      logLevel: 'silent',
    });
    const outcomes: CheckOutcome[] = [];
    for (const parts of await surroundings.scenarios()) {
      outcomes.push(...(await playScenario({ runtime: [process.execPath], folder, file }, parts)));
    }
    const version = `esbuild ${esbuildVersion}`;
    return { section: 'bundles', name, version, date: today(), cells: cellsOfChecks(outcomes) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
