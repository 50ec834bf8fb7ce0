/** Which seeds to run, and how many at once. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly lanes: number;
}

/**
 * Runs seeds, some at once.
 *
 * @param run Runs one.
 * @param onResult Called with what came of each, in the order of the seeds, so that nothing depends on which
 *   is done first; says whether to go on.
 */
export async function runSeeds<T>(
  { from, count, lanes }: Seeds,
  run: (seed: number) => Promise<T>,
  onResult: (result: T) => boolean,
): Promise<void> {
  const early = new Map<number, { readonly result: T }>();
  let started = from;
  let told = from;
  let goesOn = true;
  const lane = async (): Promise<void> => {
    while (goesOn && started < from + count) {
      const seed = started;
      started += 1;
      early.set(seed, { result: await run(seed) });
      for (let next = early.get(told); goesOn && next !== undefined; next = early.get(told)) {
        early.delete(told);
        told += 1;
        goesOn = onResult(next.result);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
