import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { signatureOf } from '../promises/finding.ts';
import { bundleWorker, type SourceChange } from '../run/bundle.ts';
import { runSeeds } from '../run/run-seeds.ts';
import { WorkerPool } from '../run/worker-pool.ts';
import type { JobResult } from '../run/worker.ts';
import type { Profile } from '../scenario/scenario.ts';
import { MUTANTS } from './mutants.ts';

/** Within how many seeds each must be found. */
const MOST_SEEDS = 2000;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const workers = availableParallelism();
const baselines = new Map<string, Promise<ReadonlySet<string>>>();
let survivors = 0;

for (const mutant of MUTANTS) {
  if (!mutant.name.includes(values.only)) continue;
  const known = await baselineOf(mutant.profiles);
  const found = await search(mutant, mutant.profiles, known);
  if (found === undefined) survivors += 1;
  const how =
    found === undefined
      ? `SURVIVED ${MOST_SEEDS} seeds`
      : `found by the ${found.seeds}. seed: ${found.signature}`;
  console.log(`${mutant.name}: ${how}`);
}
console.log(`${survivors} of ${MUTANTS.length} survived`);
process.exitCode = survivors === 0 ? 0 : 1;

/** What the sources as they are show in the same seeds: that does not count. */
async function baselineOf(profiles: readonly Profile[]): Promise<ReadonlySet<string>> {
  const key = profiles.join();
  const known = baselines.get(key) ?? signatures(profiles);
  baselines.set(key, known);
  return known;
}

async function signatures(profiles: readonly Profile[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await using bundle = await bundleWorker();
  await using pool = new WorkerPool(bundle.file, workers);
  await runSeeds({ from: 1, count: MOST_SEEDS, profiles }, pool, (result) => {
    for (const signature of signaturesOf(result)) found.add(signature);
    return true;
  });
  return found;
}

async function search(
  change: SourceChange,
  profiles: readonly Profile[],
  known: ReadonlySet<string>,
): Promise<{ readonly seeds: number; readonly signature: string } | undefined> {
  let seeds = 0;
  let signature: string | undefined;
  await using bundle = await bundleWorker([change]);
  await using pool = new WorkerPool(bundle.file, workers);
  await runSeeds({ from: 1, count: MOST_SEEDS, profiles }, pool, (result) => {
    if (signature !== undefined) return false;
    seeds += 1;
    signature = signaturesOf(result).find((each) => !known.has(each));
    return signature === undefined;
  });
  return signature === undefined ? undefined : { seeds, signature };
}

function signaturesOf({ verdict, error }: JobResult): readonly string[] {
  return verdict?.findings.map(signatureOf) ?? [`simulation ${error?.split('\n')[0] ?? ''}`];
}
