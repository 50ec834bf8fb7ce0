import type { Section } from './report.ts';
import type { JsonServerStores } from './stores/json-server.ts';
import type { StoreKind } from './stores/store.ts';

/** What a benchmark runs with. */
export interface BenchmarkContext {
  /** Small sizes and few rounds. */
  readonly quick: boolean;
  /** The server. */
  readonly url: string;
  /** The store under test. */
  readonly redis: StoreKind;
  readonly baselines: readonly StoreKind[];
  /** The stores on a server with JSON commands; `undefined` where none can be had. */
  readonly json: JsonServerStores | undefined;
}

/** A benchmark: measures, and says what it found. */
export type Benchmark = (context: BenchmarkContext) => Promise<Section>;
