import { signatureOf } from '../promises/finding.ts';
import { bundleWorker, type SourceChange } from '../run/bundle.ts';
import { runSeeds } from '../run/run-seeds.ts';
import { WorkerPool } from '../run/worker-pool.ts';
import type { JobResult } from '../run/worker.ts';
import type { Conditions } from './mutant.ts';

/** How the sources are run. */
export interface RunOptions {
  readonly conditions: Conditions;
  /** Seeds from 1 on. */
  readonly seeds: number;
  readonly workers: number;
}

/**
 * Runs the sources with some changes.
 *
 * @param onSeed Called with the signatures of each seed, in their order; says whether to go on.
 */
export async function runSources(
  changes: readonly SourceChange[],
  { conditions, seeds, workers }: RunOptions,
  onSeed: (signatures: ReadonlySet<string>) => boolean,
): Promise<void> {
  await using bundle = await bundleWorker(changes);
  await using pool = new WorkerPool(bundle.file, workers);
  await runSeeds(
    { from: 1, count: seeds, lanes: workers },
    async (seed) =>
      signaturesOf(await pool.run({ what: { seed, ...conditions }, isTraced: false })),
    onSeed,
  );
}

function signaturesOf({ verdict, error }: JobResult): ReadonlySet<string> {
  if (verdict !== undefined) return new Set(verdict.findings.map(signatureOf));
  return new Set([`simulation ${error?.split('\n')[0] ?? ''}`]);
}
