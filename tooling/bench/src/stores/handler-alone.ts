import type { Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';

import type { StoreKind } from './store.ts';

/**
 * Hands the caller's own objects back: what a run with it takes is the SDK's request handler alone.
 * Not a usable store.
 */
export class PassThroughStore implements TaskStore {
  readonly #tasks = new Map<string, Task>();

  async save(task: Task): Promise<void> {
    this.#tasks.set(task.id, task);
  }

  async load(taskId: string): Promise<Task | undefined> {
    return this.#tasks.get(taskId);
  }

  list(): never {
    throw new TypeError('Only streams are measured without a store.');
  }
}

/** The SDK's request handler without the work of a store: the floor of every other figure. */
export const handlerAlone: StoreKind = {
  name: 'handler alone',
  savesWhole: false,
  lists: false,
  open: async () => {
    const store = new PassThroughStore();
    return { store, another: () => store, [Symbol.asyncDispose]: async () => {} };
  },
};
