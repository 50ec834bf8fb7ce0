import assert from 'node:assert/strict';

import { mustRun } from '@a2a-redis-internal/checks/command';
import type { PackedPackage } from '@a2a-redis-internal/checks/pack';

import type { Cell } from '../row.ts';
import type { RuntimeCommand } from './agent-process.ts';
import { cellsOfChecks } from './check-cells.ts';
import { type AgentParts, type CheckOutcome, outcomeOf, playScenario } from './scenario.ts';

/** Loads the packages of a consumer's folder as CommonJS, and plays every scenario with its agent. */
export async function tryPackages(
  runtime: RuntimeCommand,
  folder: string,
  tarballs: readonly PackedPackage[],
  scenarios: readonly AgentParts[],
): Promise<Readonly<Record<string, Cell>>> {
  const outcomes: CheckOutcome[] = [...(await loadAsCommonJs(runtime, folder, tarballs))];
  for (const parts of scenarios) {
    outcomes.push(...(await playScenario({ runtime, folder, file: 'agent.js' }, parts)));
  }
  return cellsOfChecks(outcomes);
}

async function loadAsCommonJs(
  [path, ...args]: RuntimeCommand,
  folder: string,
  tarballs: readonly PackedPackage[],
): Promise<readonly CheckOutcome[]> {
  const output = await mustRun(path, [...args, 'load.cjs'], { cwd: folder });
  const exported: Readonly<Record<string, readonly string[]>> = JSON.parse(output);
  return Promise.all(
    tarballs.map(async ({ name }) => {
      const short = name.replace('@a2a-redis/', '');
      return outcomeOf(short, 'can be loaded by require', async () => {
        assert.ok((exported[short] ?? []).length > 0, 'it exports nothing');
      });
    }),
  );
}
