import type { Profile } from '../scenario/scenario.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { JobResult } from './worker.ts';

/** Which seeds to run. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly profiles: readonly Profile[];
}

/**
 * Runs seeds in their order, as many at once as the pool can.
 *
 * @param onResult Called with each; says whether to go on.
 */
export async function runSeeds(
  { from, count, profiles }: Seeds,
  pool: WorkerPool,
  onResult: (result: JobResult) => boolean,
): Promise<void> {
  let next = from;
  let goesOn = true;
  const lanes = Array.from({ length: pool.size }, async () => {
    while (goesOn && next < from + count) {
      const seed = next;
      next += 1;
      const result = await pool.run({ what: { seed, profiles }, isTraced: false });
      goesOn = goesOn && onResult(result);
    }
  });
  await Promise.all(lanes);
}
