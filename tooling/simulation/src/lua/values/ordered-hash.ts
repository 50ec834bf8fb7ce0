/** Up to this many keys are compared one by one, which costs less than a map does. */
const FEW = 8;

/**
 * Keys and values in the order of their insertion. A removed key keeps its place until others are
 * added, so that a traversal may remove what it visits. An absent value is `undefined`.
 */
export class OrderedHash<Key, Value> {
  #keys: Key[] = [];
  #values: (Value | undefined)[] = [];
  #removed = 0;
  /** Where each key is; only where there are many. */
  #places: Map<Key, number> | undefined;

  get size(): number {
    return this.#keys.length - this.#removed;
  }

  get(key: Key): Value | undefined {
    const place = this.placeOf(key);
    return place < 0 ? undefined : this.#values[place];
  }

  set(key: Key, value: Value | undefined): void {
    const place = this.placeOf(key);
    if (place < 0) {
      if (value !== undefined) this.#add(key, value);
      return;
    }
    const before = this.#values[place];
    this.#values[place] = value;
    if (before === undefined && value !== undefined) this.#removed -= 1;
    else if (before !== undefined && value === undefined) this.#removed += 1;
  }

  /** Where a key is, also a removed one; -1 where it never was. */
  placeOf(key: Key): number {
    if (this.#places !== undefined) return this.#places.get(key) ?? -1;
    const keys = this.#keys;
    for (let place = 0; place < keys.length; place += 1) if (keys[place] === key) return place;
    return -1;
  }

  /** The first place from this one on that has a value; -1 where there is none. */
  nextPlace(from: number): number {
    const values = this.#values;
    for (let place = from; place < values.length; place += 1) {
      if (values[place] !== undefined) return place;
    }
    return -1;
  }

  keyAt(place: number): Key | undefined {
    return this.#keys[place];
  }

  #add(key: Key, value: Value): void {
    if (this.#removed > FEW && this.#removed * 2 > this.#keys.length) this.#compact();
    const place = this.#keys.length;
    this.#keys.push(key);
    this.#values.push(value);
    if (this.#places !== undefined) this.#places.set(key, place);
    else if (place >= FEW) this.#indexKeys();
  }

  #compact(): void {
    const values = this.#values;
    this.#keys = this.#keys.filter((_, place) => values[place] !== undefined);
    this.#values = values.filter((value) => value !== undefined);
    this.#removed = 0;
    if (this.#keys.length > FEW) this.#indexKeys();
    else this.#places = undefined;
  }

  #indexKeys(): void {
    const places = new Map<Key, number>();
    for (const [place, key] of this.#keys.entries()) places.set(key, place);
    this.#places = places;
  }
}
