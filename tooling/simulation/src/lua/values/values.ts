import { OrderedHash } from './ordered-hash.ts';

/** What Lua computes with. `nil` is `undefined`; a string's characters are bytes, from 0 to 255. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaUserdata;

/** What a call gives: one value as it is; any other number of values as an array, which nobody changes. */
export type LuaResult = LuaValue | readonly LuaValue[];

/**
 * A function, Lua's or the host's. It takes its arguments as they are and returns its value as it is
 * where that is one; no value or several as an array. It throws a `LuaError` that scripts can catch.
 */
export type LuaFunction = (...parameters: LuaValue[]) => LuaResult;

/** A value that scripts can only pass on, such as `cjson.null`. */
export class LuaUserdata {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** An error that a script raised, or one in it. */
export class LuaError extends Error {
  /** What was raised: a message, or a table such as `redis.error_reply` makes. */
  readonly value: LuaValue;

  constructor(value: LuaValue) {
    super(messageOf(value));
    this.name = 'LuaError';
    this.value = value;
  }
}

/**
 * A table: the values of 1 to n in an array, all others by their keys in the order of their
 * insertion. A traversal follows that order.
 */
export class LuaTable {
  /** The value of 1 first. The last one is never nil. */
  #items: LuaValue[] = [];
  /** Never has the key that follows the last item. */
  #rest: OrderedHash<LuaValue, LuaValue> | undefined;
  #readonly = false;

  /** A table of values for 1 to n. */
  static fromArray(values: readonly LuaValue[]): LuaTable {
    return LuaTable.withItems([...values]);
  }

  /** As `fromArray`, with an array that is the table's from now on. */
  static withItems(items: LuaValue[]): LuaTable {
    const table = new LuaTable();
    table.#items = items;
    table.#dropNils();
    return table;
  }

  /** A table that has an object's properties. */
  static fromRecord(values: Readonly<Record<string, LuaValue>>): LuaTable {
    const table = new LuaTable();
    for (const [key, value] of Object.entries(values)) table.set(key, value);
    return table;
  }

  /** The border that `#` gives: where the values of 1 to n end. */
  get length(): number {
    return this.#items.length;
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') {
      const index = key - 1;
      const items = this.#items;
      if (index >= 0 && index < items.length && Number.isInteger(index)) return items[index];
    }
    return this.#rest === undefined ? undefined : this.#rest.get(key);
  }

  /** @throws {LuaError} for the key nil or NaN, and where the table is read-only. */
  set(key: LuaValue, value: LuaValue): void {
    if (this.#readonly) throw new LuaError('Attempt to modify a readonly table');
    if (typeof key !== 'number') {
      if (key === undefined) throw new LuaError('table index is nil');
      this.#setRest(key, value);
      return;
    }
    const index = key - 1;
    const items = this.#items;
    if (index >= 0 && index <= items.length && Number.isInteger(index)) {
      if (index === items.length) {
        if (value !== undefined) this.push(value);
      } else {
        items[index] = value;
        if (value === undefined && index === items.length - 1) this.#dropNils();
      }
      return;
    }
    if (Number.isNaN(key)) throw new LuaError('table index is NaN');
    this.#setRest(key, value);
  }

  /** Adds a value after the last of 1 to n. It must not be nil. */
  push(value: LuaValue): void {
    this.#items.push(value);
    const rest = this.#rest;
    if (rest === undefined || rest.size === 0) return;
    // What follows now was kept by its key.
    for (;;) {
      const key = this.#items.length + 1;
      const next = rest.get(key);
      if (next === undefined) return;
      rest.set(key, undefined);
      this.#items.push(next);
    }
  }

  /** The values of 1 to n. */
  toArray(): LuaValue[] {
    return [...this.#items];
  }

  /** All keys with their values, in the order of a traversal. */
  *entries(): Generator<[LuaValue, LuaValue], void> {
    for (let key = this.keyAfter(undefined); key !== undefined; key = this.keyAfter(key)) {
      yield [key, this.get(key)];
    }
  }

  /**
   * The key that follows in a traversal; the first after nil, nil after the last.
   *
   * @throws {LuaError} for what never was a key.
   */
  keyAfter(key: LuaValue): LuaValue {
    const items = this.#items;
    let index = 0;
    if (typeof key === 'number' && key >= 1 && key <= items.length && Number.isInteger(key)) {
      index = key;
    } else if (key !== undefined) {
      return this.#restKeyAfter(key);
    }
    for (; index < items.length; index += 1) if (items[index] !== undefined) return index + 1;
    return this.#restKeyFrom(0);
  }

  /** Makes it one that scripts cannot change. */
  freeze(): this {
    this.#readonly = true;
    return this;
  }

  #restKeyAfter(key: LuaValue): LuaValue {
    const place = this.#rest === undefined ? -1 : this.#rest.placeOf(key);
    if (place >= 0) return this.#restKeyFrom(place + 1);
    // An item at the end that the traversal has removed.
    if (typeof key === 'number' && key >= 1 && Number.isInteger(key)) return this.#restKeyFrom(0);
    throw new LuaError("invalid key to 'next'");
  }

  #restKeyFrom(place: number): LuaValue {
    if (this.#rest === undefined) return undefined;
    const next = this.#rest.nextPlace(place);
    return next < 0 ? undefined : this.#rest.keyAt(next);
  }

  #setRest(key: LuaValue, value: LuaValue): void {
    if (this.#rest === undefined) {
      if (value === undefined) return;
      this.#rest = new OrderedHash();
    }
    this.#rest.set(key, value);
  }

  #dropNils(): void {
    const items = this.#items;
    while (items.length > 0 && items.at(-1) === undefined) items.pop();
  }
}

function messageOf(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof LuaTable) {
    const message = value.get('err');
    if (typeof message === 'string') return message;
  }
  return `(error object is not a string: ${typeof value === 'object' ? 'table' : String(value)})`;
}
