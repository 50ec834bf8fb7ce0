import { signatureOf } from '../promises/finding.ts';
import { bundleWorker, type SourceChange } from '../run/bundle.ts';
import { WorkerPool } from '../run/worker-pool.ts';
import type { JobResult } from '../run/worker.ts';
import type { Profile } from '../scenario/scenario.ts';

/** How the sources are run. */
export interface RunOptions {
  readonly profiles: readonly Profile[];
  /** Seeds from 1 on. */
  readonly seeds: number;
  readonly workers: number;
}

/**
 * Runs the sources with some changes.
 *
 * @param onSeed Called with the signatures of each seed, in the order of the seeds, so that an outcome does
 *   not depend on which worker is done first; says whether to go on.
 */
export async function runSources(
  changes: readonly SourceChange[],
  { profiles, seeds, workers }: RunOptions,
  onSeed: (signatures: ReadonlySet<string>) => boolean,
): Promise<void> {
  await using bundle = await bundleWorker(changes);
  await using pool = new WorkerPool(bundle.file, workers);
  const early = new Map<number, ReadonlySet<string>>();
  let started = 0;
  let told = 0;
  let goesOn = true;
  const lanes = Array.from({ length: workers }, async () => {
    while (goesOn && started < seeds) {
      started += 1;
      const seed = started;
      early.set(seed, await signaturesOf(pool.run({ what: { seed, profiles }, isTraced: false })));
      for (let next = early.get(told + 1); goesOn && next !== undefined;) {
        early.delete(told + 1);
        told += 1;
        goesOn = onSeed(next);
        next = early.get(told + 1);
      }
    }
  });
  await Promise.all(lanes);
}

async function signaturesOf(running: Promise<JobResult>): Promise<ReadonlySet<string>> {
  try {
    const { verdict, error } = await running;
    if (verdict !== undefined) return new Set(verdict.findings.map(signatureOf));
    return new Set([`simulation ${error?.split('\n')[0] ?? ''}`]);
  } catch {
    // The thread died, or a scenario went on without an end.
    return new Set(['simulation does not end']);
  }
}
