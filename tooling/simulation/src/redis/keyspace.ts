import { wrongType } from './reply.ts';
import { Hash, StringValue } from './values/hash.ts';
import { SortedSet } from './values/sorted-set.ts';
import { Stream } from './values/stream.ts';

/** What a key can hold. */
export type RedisValue = StringValue | Hash | SortedSet | Stream;

/** A key with what it holds. */
export interface KeyEntry {
  readonly value: RedisValue;
  /** When it goes, in milliseconds since the epoch. */
  expiresAt: number | undefined;
}

/** What happens to a key whose time is over. */
export type ExpiryRule =
  /** It is deleted when it is looked at, and this is told. */
  | 'delete'
  /** It seems gone, and stays until the primary deletes it. */
  | 'hide'
  /** It stays: what the primary did with it comes with its writes. */
  | 'ignore';

/** All keys. What it answers is as of its time, which the server sets before every call. */
export class Keyspace {
  /** In milliseconds since the epoch, whole. */
  now = 0;
  expiryRule: ExpiryRule = 'delete';
  readonly #entries = new Map<string, KeyEntry>();
  readonly #onExpired: (key: string) => void;

  /** @param onExpired Called after a key was deleted because its time is over. */
  constructor(onExpired: (key: string) => void) {
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Names of all keys, also of such whose time is over. */
  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The key's entry, if its time is not over. */
  find(key: string): KeyEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || this.now <= entry.expiresAt) return entry;
    if (this.expiryRule === 'ignore') return entry;
    if (this.expiryRule === 'delete') {
      this.#entries.delete(key);
      this.#onExpired(key);
    }
    return undefined;
  }

  /** As `find`, and no key is deleted. */
  peek(key: string): KeyEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || this.now <= entry.expiresAt) return entry;
    return undefined;
  }

  /** @throws {RedisReplyError} where the key holds something else; so do the others. */
  string(key: string): StringValue | undefined {
    const value = this.find(key)?.value;
    if (value === undefined || value instanceof StringValue) return value;
    throw wrongType();
  }

  hash(key: string): Hash | undefined {
    const value = this.find(key)?.value;
    if (value === undefined || value instanceof Hash) return value;
    throw wrongType();
  }

  sortedSet(key: string): SortedSet | undefined {
    const value = this.find(key)?.value;
    if (value === undefined || value instanceof SortedSet) return value;
    throw wrongType();
  }

  stream(key: string): Stream | undefined {
    const value = this.find(key)?.value;
    if (value === undefined || value instanceof Stream) return value;
    throw wrongType();
  }

  /** Gives a key a value, in place of any other. */
  put<Value extends RedisValue>(key: string, value: Value, expiresAt?: number): Value {
    // A key that is written anew is a new one in the order of keys, too.
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt });
    return value;
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
