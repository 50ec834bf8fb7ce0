import { InMemoryTaskStore } from '@a2a-js/sdk/server';

import type { StoreKind } from './store.ts';

/** The SDK's store in the memory of the process. */
export const inMemoryStore: StoreKind = {
  name: 'InMemoryTaskStore',
  savesWhole: true,
  lists: true,
  open: async () => {
    const store = new InMemoryTaskStore();
    // No other process can have its tasks: a fresh load is the same as a repeated one.
    return { store, another: () => store, [Symbol.asyncDispose]: async () => {} };
  },
};
