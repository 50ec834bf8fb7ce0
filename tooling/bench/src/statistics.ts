/** What a number of measurements of one thing say. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('There is no median of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Smallest, middle and largest value. */
export function summarize(values: readonly number[]): Summary {
  return {
    count: values.length,
    min: Math.min(...values),
    median: median(values),
    max: Math.max(...values),
  };
}

/** Measurements sorted by what was measured, in the order in which each thing first came. */
export class Samples<K> {
  readonly #values = new Map<string, { key: K; values: number[] }>();

  add(key: K, value: number): void {
    const name = JSON.stringify(key);
    const entry = this.#values.get(name);
    if (entry === undefined) this.#values.set(name, { key, values: [value] });
    else entry.values.push(value);
  }

  /** The summary of one thing; `undefined` where it was not measured. */
  summary(key: K): Summary | undefined {
    const entry = this.#values.get(JSON.stringify(key));
    return entry === undefined ? undefined : summarize(entry.values);
  }
}

/** `a / b`; `undefined` where either was not measured. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
