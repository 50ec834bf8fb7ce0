import type { Task } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { contextOf, idsOf, listRequest, ODD_TASK_IDS, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const WHOLE_SCOPES = [undefined, ...ODD_TASK_IDS];

const taskIn = (index: number): Task => taskOf('task', { metadata: { index } });

/** A call reaches the tasks of its own tenant and owner, and no others. */
export function scopesByTenantAndOwner({ makeStore }: TaskStoreSubject): void {
  describe('scopes', () => {
    test.each([
      ['tenants', WHOLE_SCOPES.map((tenant) => contextOf({ tenant }))],
      ['owners', WHOLE_SCOPES.map((userName) => contextOf({ userName }))],
    ])('%s do not see each other', async (_name, contexts) => {
      const store = await makeStore();
      for (const [index, context] of contexts.entries()) await store.save(taskIn(index), context);
      for (const [index, context] of contexts.entries()) {
        expect(await store.load('task', context)).toEqual(taskIn(index));
        const { tasks, totalSize } = await store.list(listRequest(), context);
        expect(tasks).toEqual([taskIn(index)]);
        expect(totalSize).toBe(1);
      }
    });

    test('tenant, owner and task id are told apart where they meet', async () => {
      const store = await makeStore();
      const places = [
        { tenant: 'a:b', userName: 'c', id: 'd' },
        { tenant: 'a', userName: 'b:c', id: 'd' },
        { tenant: 'a', userName: 'b', id: 'c:d' },
        { tenant: 'a}{b', userName: 'c', id: 'd' },
      ];
      for (const { id, ...scope } of places) {
        await store.save(taskOf(id, { metadata: scope }), contextOf(scope));
      }
      for (const { id, ...scope } of places) {
        expect(await store.load(id, contextOf(scope))).toEqual(taskOf(id, { metadata: scope }));
        expect(await idsOf(store, {}, contextOf(scope))).toEqual([id]);
      }
    });

    test('no tenant and the empty tenant are one', async () => {
      const store = await makeStore();
      await store.save(taskOf('task'), contextOf({ tenant: '' }));
      expect(await store.load('task', contextOf())).toEqual(taskOf('task'));
    });

    test('a task that was loaded in one scope can be saved in another', async () => {
      const store = await makeStore();
      const [from, to] = [contextOf({ userName: 'ann' }), contextOf({ userName: 'bob' })];
      await store.save(taskOf('task'), from);
      const task = await store.load('task', from);
      if (task === undefined) throw new Error('There is no task.');
      task.status = statusAt(1);
      await store.save(task, to);
      expect(await store.load('task', from)).toEqual(taskOf('task'));
      expect(await store.load('task', to)).toEqual(taskOf('task', { status: statusAt(1) }));
    });

    test('the owner resolver decides who the owner is', async () => {
      const store = await makeStore((context) => context.user?.userName.split('@')[1] ?? '');
      await store.save(taskOf('task'), contextOf({ userName: 'ann@acme' }));
      expect(await idsOf(store, {}, contextOf({ userName: 'bob@acme' }))).toEqual(['task']);
      expect(await idsOf(store, {}, contextOf({ userName: 'ann@other' }))).toEqual([]);
      expect(await store.load('task', contextOf())).toBeUndefined();
    });
  });
}
