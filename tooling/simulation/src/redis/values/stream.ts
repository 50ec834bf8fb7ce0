import type { ConsumerGroup } from './consumer-group.ts';
import { compareIds, MIN_ID, type StreamId } from './stream-id.ts';
import { StreamNode } from './stream-node.ts';

/** An entry of a stream: fields and values in turn. */
export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: readonly string[];
}

/** What to remove from a stream's beginning. */
export interface Trimming {
  /** How many entries stay, or the first id that may stay. */
  readonly keep: { readonly length: number } | { readonly from: StreamId };
  /** Removes nodes only as a whole. */
  readonly isApproximate: boolean;
  /** How many entries at most; 0 for any number. */
  readonly limit: number;
}

/**
 * A stream, in nodes as Redis has them: up to 100 entries and, roughly, 4096 bytes each. A deleted
 * entry keeps its place in its node until that is empty.
 */
export class Stream {
  readonly type = 'stream';
  readonly groups: Map<string, ConsumerGroup> = new Map();
  lastId: StreamId = MIN_ID;
  /** Of the first entry, as Redis records it. */
  firstId: StreamId = MIN_ID;
  /** The highest that XDEL deleted. */
  maxDeletedId: StreamId = MIN_ID;
  /** How many entries there ever were. */
  entriesAdded = 0;
  #length = 0;
  readonly #nodes: StreamNode[] = [];

  get length(): number {
    return this.#length;
  }

  get nodes(): readonly StreamNode[] {
    return this.#nodes;
  }

  /** Adds an entry, whose id must be higher than all before. */
  append(entry: StreamEntry): void {
    let node = this.#nodes.at(-1);
    if (node === undefined || !node.takes(entry)) {
      node = new StreamNode(entry);
      this.#nodes.push(node);
    }
    node.append(entry);
    this.#length += 1;
    this.entriesAdded += 1;
    this.lastId = entry.id;
    if (this.#length === 1) this.firstId = entry.id;
  }

  /** The entries between two ids, which belong to the range, up to a number of them. */
  range(start: StreamId, end: StreamId, limit: number): StreamEntry[] {
    const found: StreamEntry[] = [];
    for (let at = this.#nodeBefore(start); at < this.#nodes.length; at += 1) {
      const node = this.#nodes[at];
      if (node === undefined || compareIds(node.masterId, end) > 0) break;
      for (let i = node.placeOf(start); i < node.entries.length; i += 1) {
        const entry = node.entries[i];
        if (entry === undefined || compareIds(entry.id, end) > 0 || found.length >= limit) {
          return found;
        }
        found.push(entry);
      }
    }
    return found;
  }

  /** As `range`, the last first. */
  reverseRange(start: StreamId, end: StreamId, limit: number): StreamEntry[] {
    const found: StreamEntry[] = [];
    for (let at = this.#nodeBefore(end); at >= 0; at -= 1) {
      const entries = this.#nodes[at]?.entries ?? [];
      for (let i = entries.length - 1; i >= 0; i -= 1) {
        const entry = entries[i];
        if (entry === undefined || compareIds(entry.id, end) > 0) continue;
        if (compareIds(entry.id, start) < 0 || found.length >= limit) return found;
        found.push(entry);
      }
    }
    return found;
  }

  entry(id: StreamId): StreamEntry | undefined {
    return this.#nodes[this.#nodeBefore(id)]?.entry(id);
  }

  /** Of the last entry that is there. */
  get lastEntryId(): StreamId | undefined {
    for (let at = this.#nodes.length - 1; at >= 0; at -= 1) {
      const entry = this.#nodes[at]?.entries.at(-1);
      if (entry !== undefined) return entry.id;
    }
    return undefined;
  }

  /** @returns How many of them there were. */
  delete(ids: readonly StreamId[]): number {
    let deleted = 0;
    let isFirst = false;
    for (const id of ids) {
      if (!this.#deleteOne(id)) continue;
      if (compareIds(id, this.firstId) === 0) isFirst = true;
      if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
      deleted += 1;
    }
    if (deleted > 0 && (this.#length === 0 || isFirst)) this.#recordFirst();
    return deleted;
  }

  /** @returns How many entries were removed. */
  trim({ keep, isApproximate, limit }: Trimming): number {
    let deleted = 0;
    for (;;) {
      const node = this.#nodes[0];
      if (node === undefined) break;
      if ('length' in keep && this.#length <= keep.length) break;
      const { length } = node.entries;
      if (limit > 0 && deleted + length > limit) break;
      const goesAsWhole =
        'length' in keep
          ? this.#length - length >= keep.length
          : compareIds(node.lastId, keep.from) < 0;
      if (goesAsWhole) {
        this.#nodes.shift();
        this.#length -= length;
        deleted += length;
        continue;
      }
      if (!isApproximate) {
        const count = 'length' in keep ? this.#length - keep.length : node.placeOf(keep.from);
        node.removeFirst(count);
        this.#length -= count;
        deleted += count;
      }
      break;
    }
    if (deleted > 0 || this.#length === 0) this.#recordFirst();
    return deleted;
  }

  /** Whether a deleted entry may lie at or behind an id. */
  hasTombstonesFrom(id: StreamId): boolean {
    if (this.#length === 0 || compareIds(this.maxDeletedId, MIN_ID) === 0) return false;
    if (compareIds(this.firstId, this.maxDeletedId) > 0) return false;
    return compareIds(id, this.maxDeletedId) <= 0;
  }

  /** How many entries there ever were up to an id, or undefined where that cannot be told. */
  entriesUntil(id: StreamId): number | undefined {
    if (this.entriesAdded === 0) return 0;
    const toLast = compareIds(id, this.lastId);
    if (this.#length === 0 && toLast <= 0) return this.entriesAdded;
    if (toLast >= 0) return toLast === 0 ? this.entriesAdded : undefined;
    const isWhole =
      compareIds(this.maxDeletedId, MIN_ID) === 0 ||
      compareIds(this.maxDeletedId, this.firstId) < 0;
    if (!isWhole) return undefined;
    const toFirst = compareIds(id, this.firstId);
    if (toFirst > 0) return undefined;
    return this.entriesAdded - this.#length + (toFirst === 0 ? 1 : 0);
  }

  #deleteOne(id: StreamId): boolean {
    const at = this.#nodeBefore(id);
    const node = this.#nodes[at];
    if (node?.remove(id) !== true) return false;
    if (node.entries.length === 0) this.#nodes.splice(at, 1);
    this.#length -= 1;
    return true;
  }

  #recordFirst(): void {
    this.firstId = MIN_ID;
    if (this.#length === 0) return;
    for (const node of this.#nodes) {
      const first = node.entries[0];
      if (first === undefined) continue;
      this.firstId = first.id;
      return;
    }
  }

  /** The last node that begins at an id or before it; the first one where all begin later. */
  #nodeBefore(id: StreamId): number {
    const nodes = this.#nodes;
    let low = 0;
    let high = nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = nodes[middle];
      if (node === undefined || compareIds(node.masterId, id) > 0) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, low - 1);
  }
}
