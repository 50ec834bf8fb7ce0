import type { OwnerResolver, TaskStore } from '@a2a-js/sdk/server';

/** Makes a store that shares nothing with those made before. */
export type MakeTaskStore = (ownerResolver?: OwnerResolver) => TaskStore | Promise<TaskStore>;

/**
 * What a store may do differently from the SDK's in-memory store, each in a documented way. What is
 * left out is as in that store.
 */
export interface TaskStoreCapabilities {
  /** Values are kept as JSON: `undefined` is dropped, a `Date` becomes text, `NaN` becomes `null`. */
  readonly storesValuesAsJson?: boolean | undefined;
  /** Changes of one task that was loaded twice are merged, instead of the later save winning. */
  readonly mergesLateWrites?: boolean | undefined;
  /** A task that was loaded in a terminal state stays in it, whatever is saved. */
  readonly keepsTerminalStates?: boolean | undefined;
  /** A page follows the last task that was shown even if that task's status changed since. */
  readonly continuesPagesWhileTasksChange?: boolean | undefined;
  /**
   * A page size that is negative or no number, a time that is none and a page token of another
   * list are refused with the SDK's `RequestMalformedError`.
   */
  readonly refusesBadListRequests?: boolean | undefined;
  /** Tasks sort by the moment of their status, not by its text, and ties by the UTF-8 of their id. */
  readonly sortsByMoment?: boolean | undefined;
  /** The entries of longer lists are handed out frozen and shared. */
  readonly longestCopiedList?: number | undefined;
}

/** What a spec is run on. */
export interface TaskStoreSubject {
  readonly makeStore: MakeTaskStore;
  readonly capabilities: TaskStoreCapabilities;
}
