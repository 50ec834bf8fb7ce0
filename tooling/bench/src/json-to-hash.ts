import { type Cell, figure, type Table } from './report.ts';
import { ratio } from './statistics.ts';
import type { JsonServerStores } from './stores/json-server.ts';
import type { StoreKind } from './stores/store.ts';

/** A thing that was measured of both stores. */
export interface ComparedRow {
  /** The cells that say what it is. */
  readonly what: readonly Cell[];
  /** The median for a store, in `unit`. */
  readonly medianOf: (kind: StoreKind) => number | undefined;
}

/** A table of `RedisJSONTaskStore` beside `RedisTaskStore`, on the server that has both. */
export function jsonToHashTable(
  { hash, json }: JsonServerStores,
  unit: 'µs' | 'ms',
  columns: readonly string[],
  rows: readonly ComparedRow[],
): Table {
  return {
    caption: 'RedisJSONTaskStore to RedisTaskStore, both on the JSON server',
    columns: [...columns, 'RedisTaskStore', 'RedisJSONTaskStore', 'ratio'],
    rows: rows.map(({ what, medianOf }) => [
      ...what,
      figure(medianOf(hash), unit),
      figure(medianOf(json), unit),
      figure(ratio(medianOf(json), medianOf(hash)), '×'),
    ]),
  };
}
