import { signatureOf } from '../promises/finding.ts';
import { bundleWorker, type SourceChange } from '../run/bundle.ts';
import { runSeeds } from '../run/run-seeds.ts';
import { WorkerPool } from '../run/worker-pool.ts';
import type { JobResult } from '../run/worker.ts';
import type { Origin } from '../scenario/generate.ts';

/** How the sources are run. */
export interface RunOptions<S extends Origin = Origin> {
  readonly scenarios: readonly S[];
  readonly workers: number;
}

/**
 * Runs the sources with some changes.
 *
 * @param onSeed Called with the signatures of each scenario, in their order; says whether to go on.
 */
export async function runSources<S extends Origin>(
  changes: readonly SourceChange[],
  { scenarios, workers }: RunOptions<S>,
  onSeed: (signatures: ReadonlySet<string>, scenario: S) => boolean,
): Promise<void> {
  await using bundle = await bundleWorker(changes);
  await using pool = new WorkerPool(bundle.file, workers);
  await runSeeds(
    { from: 0, count: scenarios.length, lanes: workers },
    async (index) => {
      const what = scenarios[index];
      if (what === undefined) throw new RangeError(`There is no scenario ${index}.`);
      const signatures = signaturesOf(await pool.run({ what, isTraced: false }));
      return { signatures, what };
    },
    ({ signatures, what }) => onSeed(signatures, what),
  );
}

function signaturesOf({ verdict, error }: JobResult): ReadonlySet<string> {
  if (verdict !== undefined) return new Set(verdict.findings.map(signatureOf));
  return new Set([`simulation ${error?.split('\n')[0] ?? ''}`]);
}
