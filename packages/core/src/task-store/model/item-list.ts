/**
 * A list that never changes, made so that appending costs the number of items appended.
 *
 * Lists that grew from one another share one array, and each knows how much of it is its own. Only
 * the longest may append in place; a shorter one that appends takes a copy first.
 */
export class ItemList<T> {
  readonly #items: T[];
  /** How many items the list has. */
  readonly length: number;

  private constructor(items: T[], length: number) {
    this.#items = items;
    this.length = length;
  }

  /** Makes a list that owns the array: the caller must not change it afterwards. */
  static of<T>(items: T[]): ItemList<T> {
    return new ItemList(items, items.length);
  }

  /** A list of these items followed by others. */
  append(items: readonly T[]): ItemList<T> {
    if (items.length === 0) return this;
    const own = this.#items.length === this.length ? this.#items : this.toArray();
    for (const item of items) own.push(item);
    return new ItemList(own, own.length);
  }

  /** The item at an index; `undefined` past the end. */
  at(index: number): T | undefined {
    return index < this.length ? this.#items[index] : undefined;
  }

  /** Whether an item is among them. */
  some(isMeant: (item: T) => boolean): boolean {
    for (let index = 0; index < this.length; index += 1) {
      const item = this.#items[index];
      if (item !== undefined && isMeant(item)) return true;
    }
    return false;
  }

  /** The items from an index on, as an array of the caller's own. */
  from(index: number): T[] {
    return this.#items.slice(index, this.length);
  }

  /** All items, as an array of the caller's own. */
  toArray(): T[] {
    return this.#items.slice(0, this.length);
  }

  /**
   * How many leading items two lists share.
   *
   * @param equal Compares two items. Lists that grew from one another are not compared at all.
   */
  commonPrefix(other: ItemList<T>, equal: (a: T, b: T) => boolean): number {
    const most = Math.min(this.length, other.length);
    if (this.#items === other.#items) return most;
    return prefixOf(this.#items, other.#items, most, equal);
  }

  /** How many leading items this list shares with an array. */
  prefixIn(items: readonly T[], equal: (a: T, b: T) => boolean): number {
    return prefixOf(this.#items, items, Math.min(this.length, items.length), equal);
  }
}

function prefixOf<T>(
  a: readonly T[],
  b: readonly T[],
  most: number,
  equal: (a: T, b: T) => boolean,
): number {
  let index = identicalPrefix(a, b, most);
  for (; index < most; index += 1) {
    const [item, other] = [a[index], b[index]];
    if (item === other) continue;
    if (item === undefined || other === undefined || !equal(item, other)) break;
  }
  return index;
}

/**
 * Lists share most of their items as objects: a tight loop over pointers settles a long one. `===`
 * would look into each object to learn that it is one, and miss the processor's cache every time.
 */
function identicalPrefix(a: readonly unknown[], b: readonly unknown[], most: number): number {
  let index = 0;
  while (index < most && Object.is(a[index], b[index])) index += 1;
  return index;
}
