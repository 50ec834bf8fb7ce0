import { InMemoryTaskStore, type TaskStore } from '@a2a-js/sdk/server';

import type { RedisQueueManagerSubject } from './subject.ts';

/** The same manager, with a store that is none of these packages: one for all replicas, as a database is. */
export function withForeignStore(subject: RedisQueueManagerSubject): RedisQueueManagerSubject {
  const stores = new Map<string, TaskStore>();
  return {
    ...subject,
    openStore: (_client, prefix) => {
      const store = stores.get(prefix) ?? new InMemoryTaskStore();
      stores.set(prefix, store);
      return store;
    },
  };
}
