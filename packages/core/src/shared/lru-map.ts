/**
 * A map that keeps no more than fits: what was used longest ago goes first. An entry is used when it is set, and
 * when `get` reads it.
 */
export class LruMap<V> {
  readonly #mostWeight: number;
  readonly #weigh: (value: V) => number;
  readonly #entries = new Map<string, Entry<V>>();
  /** Closes the ring of entries: after the newest comes this, and then the oldest. */
  readonly #ends = new Link('', 0);
  #weight = 0;

  /**
   * @param mostWeight How much all values together may weigh.
   * @param weigh What a value weighs when it is set; without it, each weighs 1.
   */
  constructor(mostWeight: number, weigh: (value: V) => number = () => 1) {
    this.#mostWeight = mostWeight;
    this.#weigh = weigh;
  }

  /** Whether there is an entry, which does not use it. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The value of an entry, which is used by that. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    entry?.moveBefore(this.#ends);
    return entry?.value;
  }

  /** Sets a value. One that weighs more than all may is not kept, and neither is what it replaces. */
  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#mostWeight) return;
    const entry = new Entry(key, weight, value);
    entry.moveBefore(this.#ends);
    this.#entries.set(key, entry);
    this.#weight += weight;
    while (this.#weight > this.#mostWeight) this.delete(this.#ends.newer.key);
  }

  /** All entries, in the order in which they were set; to look at them does not use them. */
  *entries(): Generator<readonly [string, V], void, undefined> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  /** Removes an entry, where there is one. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.leave();
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}

/**
 * The place of an entry among the others. A `Map` knows the order in which its keys were set, too, but takes long
 * to tell the first one when many before it were deleted.
 */
class Link {
  readonly key: string;
  readonly weight: number;
  older: Link = this;
  newer: Link = this;

  constructor(key: string, weight: number) {
    this.key = key;
    this.weight = weight;
  }

  leave(): void {
    this.older.newer = this.newer;
    this.newer.older = this.older;
  }

  moveBefore(next: Link): void {
    this.leave();
    this.newer = next;
    this.older = next.older;
    this.older.newer = this;
    next.older = this;
  }
}

class Entry<V> extends Link {
  readonly value: V;

  constructor(key: string, weight: number, value: V) {
    super(key, weight);
    this.value = value;
  }
}
