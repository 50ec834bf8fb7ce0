import { elementSize, EMPTY_LISTPACK, integerSize } from './listpack-size.ts';
import type { StreamEntry } from './stream.ts';
import { compareIds, signedDifference, type StreamId } from './stream-id.ts';

/** `stream-node-max-entries` and `stream-node-max-bytes` as they are by default. */
const MAX_ENTRIES = 100;
const MAX_BYTES = 4096;
/** What a small number takes in a listpack: flags, and the numbers of entries. */
const SMALL = 2;

/** Entries of a stream that Redis keeps in one listpack. */
export class StreamNode {
  /** Of the entry that it was made for. */
  readonly masterId: StreamId;
  /** Without those that were deleted. */
  readonly entries: StreamEntry[] = [];
  /** Of the entry that came last, also if it was deleted. */
  lastId: StreamId;
  /** The names of the first entry's fields: entries that have the same do not repeat them. */
  readonly #names: readonly string[];
  #bytes: number;
  /** With those that were deleted. */
  #places = 0;

  constructor(first: StreamEntry) {
    this.masterId = first.id;
    this.lastId = first.id;
    this.#names = first.fields.filter((_, i) => i % 2 === 0);
    this.#bytes = EMPTY_LISTPACK + 3 * SMALL + integerSize(this.#names.length);
    for (const name of this.#names) this.#bytes += elementSize(name);
  }

  /** Whether there is room for another entry. */
  takes({ fields }: StreamEntry): boolean {
    let bytes = this.#bytes;
    for (const text of fields) bytes += text.length;
    return bytes < MAX_BYTES && this.#places < MAX_ENTRIES;
  }

  append(entry: StreamEntry): void {
    this.#bytes += this.#sizeOf(entry);
    this.#places += 1;
    this.lastId = entry.id;
    this.entries.push(entry);
  }

  /** Where an entry with that id or the next one after it is. */
  placeOf(id: StreamId): number {
    const { entries } = this;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = entries[middle];
      if (entry === undefined || compareIds(entry.id, id) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  entry(id: StreamId): StreamEntry | undefined {
    const entry = this.entries[this.placeOf(id)];
    return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
  }

  /** @returns Whether there was one. Its place stays taken. */
  remove(id: StreamId): boolean {
    if (this.entry(id) === undefined) return false;
    this.entries.splice(this.placeOf(id), 1);
    return true;
  }

  removeFirst(count: number): void {
    this.entries.splice(0, count);
  }

  #sizeOf({ id, fields }: StreamEntry): number {
    const hasSameNames =
      fields.length === 2 * this.#names.length &&
      this.#names.every((name, i) => fields[2 * i] === name);
    const count = fields.length / 2;
    let pieces = count + 3;
    let bytes =
      SMALL +
      integerSize(signedDifference(id.ms, this.masterId.ms)) +
      integerSize(signedDifference(id.seq, this.masterId.seq));
    if (!hasSameNames) {
      pieces += count + 1;
      bytes += integerSize(count);
    }
    for (let i = hasSameNames ? 1 : 0; i < fields.length; i += hasSameNames ? 2 : 1) {
      bytes += elementSize(fields[i] ?? '');
    }
    return bytes + integerSize(pieces);
  }
}
