import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { describe, expect, test } from 'vitest';

import { OldServer, REFUSED } from '../old-server.ts';
import { listRequest, taskOf } from '../task-store/fixtures.ts';
import { CONTEXT } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const CALLS: Readonly<Record<string, (store: BaseTaskStore) => Promise<unknown>>> = {
  save: async (store) => store.save(taskOf('t'), CONTEXT),
  load: async (store) => store.load('t', CONTEXT),
  appliedEvents: async (store) => store.appliedEvents('t', CONTEXT),
  list: async (store) => store.list(listRequest(), CONTEXT),
  updateTask: async (store) => store.updateTask('t', CONTEXT, () => {}),
  delete: async (store) => store.delete('t', CONTEXT),
  taskExists: async (store) => store.taskExists('t', CONTEXT),
  listTaskIds: async (store) => store.listTaskIds(CONTEXT).next(),
};

/** A server before Redis 6.2 is named by the first call, whatever it is. */
export function namesOldServers({ open }: RedisTaskStoreSubject): void {
  describe('a server that is too old', () => {
    const old = new OldServer();

    test.each(Object.entries(CALLS))('is named by %s, which writes nothing', async (_, call) => {
      const store = open(old.client);
      expect(await old.refused(async () => call(store))).toEqual(REFUSED);
    });
  });
}
