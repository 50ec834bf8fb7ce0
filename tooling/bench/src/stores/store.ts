import type { TaskStore } from '@a2a-js/sdk/server';

/** A kind of task store that benchmarks can open. */
export interface StoreKind {
  /** What tables call it. */
  readonly name: string;
  /** Whether every save moves the whole task, so that long streams take the square of their length. */
  readonly savesWhole: boolean;
  /** Whether it answers `list`. */
  readonly lists: boolean;
  /** Opens an empty store. */
  open(): Promise<OpenStore>;
}

/** An open store. Disposing it removes what it stored. */
export interface OpenStore extends AsyncDisposable {
  readonly store: TaskStore;
  /** The same tasks through an instance that knows none of them, as another process has it. */
  another(): TaskStore;
}
