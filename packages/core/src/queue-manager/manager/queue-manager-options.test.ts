import type { TaskStore } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';

import { resolveQueueOptions } from './queue-manager-options.ts';

it('refuses a store that reads from replicas, and no other', () => {
  const store = {
    load: async () => undefined,
    save: async () => {},
    list: async () => ({ tasks: [], nextPageToken: '', pageSize: 1, totalSize: 0 }),
  } satisfies TaskStore;
  for (const taskStore of [store, { ...store, readFrom: 'primary' }]) {
    expect(resolveQueueOptions({ taskStore }, []).taskStore).toBe(taskStore);
  }
  const behind = { ...store, readFrom: 'replicas' };
  expect(() => resolveQueueOptions({ taskStore: behind }, [])).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('Option "taskStore" must read from the primary'),
    }),
  );
});
