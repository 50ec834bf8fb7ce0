/**
 * A signature that the unchanged sources never show counts once the mutant shows it in so many seeds. One
 * would not do: what the unchanged sources show in one of 3000 seeds may be missing in 2000 of them.
 */
const NEW_IN_SEEDS = 3;
/** As {@link NEW_IN_SEEDS}, of all such signatures together, as one fault may show in several ways. */
const ALL_NEW_IN_SEEDS = 4;
/**
 * By how many standard deviations seeds must differ to the mutant's disadvantage: some 50 signatures of 60
 * mutants, looked at after each seed, are many chances, and of 30,000 one exceeds this.
 */
const DEVIATIONS = 4;

/** Counted as a signature: a seed shows it that shows any signature which it does not show otherwise. */
const ANY = 'any signature';
/** The same, of those that the unchanged sources never show. */
const ANY_NEW = 'any new signature';

/** The rule of {@link Tally}, for those who read what comes of it. */
export const RULE: string = `A mutant is found when a signature that the unchanged sources never show shows in ${NEW_IN_SEEDS} seeds, or any of
those in ${ALL_NEW_IN_SEEDS}; or when, of the seeds that show a signature either with the mutant (m) or without it
(b), but not both, so many more do with it that this is no chance: m - b > ${DEVIATIONS} * sqrt(m + b). So 17 seeds
will do where b is 0. All signatures are counted together, too, as "${ANY}".`;

/** The signatures of one seed after the other. */
export type SignaturesBySeed = readonly ReadonlySet<string>[];

/** In which seeds a signature shows. */
export interface Counts {
  readonly signature: string;
  readonly withMutantOnly: number;
  readonly withoutOnly: number;
  /** With the mutant and without it. */
  readonly both: number;
}

/**
 * Counts, seed by seed, which signatures a mutant shows and the unchanged sources do not, and the other
 * way round. Those have known faults, and whatever changes a moment makes them show in other seeds: but in
 * fewer as often as in more.
 */
export class Tally {
  readonly #baseline: SignaturesBySeed;
  readonly #everWithout: ReadonlySet<string>;
  readonly #counts = new Map<string, Counts>();
  #seeds = 0;

  /** @param baseline What the unchanged sources show, from the first seed on. */
  constructor(baseline: SignaturesBySeed) {
    this.#baseline = baseline;
    this.#everWithout = new Set(baseline.flatMap((each) => [...each]));
  }

  get seeds(): number {
    return this.#seeds;
  }

  /** Counts the next seed. The signature that proves the mutant to be a fault, if one does. */
  add(signatures: ReadonlySet<string>): Counts | undefined {
    const without = this.#baseline[this.#seeds] ?? new Set();
    this.#seeds += 1;
    for (const each of new Set([...signatures, ...without])) {
      this.#count(each, signatures.has(each), without.has(each));
    }
    this.#count(
      ANY,
      [...signatures].some((each) => !without.has(each)),
      [...without].some((each) => !signatures.has(each)),
    );
    this.#count(
      ANY_NEW,
      [...signatures].some((each) => this.#isNew(each)),
      false,
    );
    return [...signatures, ANY, ANY_NEW]
      .map((each) => this.#of(each))
      .find((each) => this.#isProof(each));
  }

  /** What came closest to a proof. */
  closest(): Counts | undefined {
    const all = [...this.#counts.values()];
    return all.toSorted((one, other) => deviations(other) - deviations(one))[0];
  }

  #count(signature: string, isWith: boolean, isWithout: boolean): void {
    const { withMutantOnly, withoutOnly, both } = this.#of(signature);
    this.#counts.set(signature, {
      signature,
      withMutantOnly: withMutantOnly + (isWith && !isWithout ? 1 : 0),
      withoutOnly: withoutOnly + (isWithout && !isWith ? 1 : 0),
      both: both + (isWith && isWithout ? 1 : 0),
    });
  }

  #isProof(counts: Counts): boolean {
    const { signature, withMutantOnly } = counts;
    if (signature === ANY_NEW) return withMutantOnly >= ALL_NEW_IN_SEEDS;
    const isNew = signature !== ANY && this.#isNew(signature);
    return (isNew && withMutantOnly >= NEW_IN_SEEDS) || deviations(counts) > DEVIATIONS;
  }

  #isNew(signature: string): boolean {
    return !this.#everWithout.has(signature);
  }

  #of(signature: string): Counts {
    return this.#counts.get(signature) ?? { signature, withMutantOnly: 0, withoutOnly: 0, both: 0 };
  }
}

/** By how many standard deviations the seeds that differ are from as many on either side. */
function deviations({ withMutantOnly, withoutOnly }: Counts): number {
  const sum = withMutantOnly + withoutOnly;
  return sum === 0 ? 0 : (withMutantOnly - withoutOnly) / Math.sqrt(sum);
}
