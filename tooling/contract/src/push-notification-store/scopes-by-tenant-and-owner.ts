import { describe, expect, test } from 'vitest';

import { configOf, contextOf, ODD_IDS } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** A call reaches the configs of its own tenant and owner, and no others. */
export function scopesByTenantAndOwner({ makeStore }: Subject): void {
  describe('scopes', () => {
    test('tenants do not see each other', async () => {
      const store = await makeStore();
      const contexts = [undefined, ...ODD_IDS].map((tenant) => contextOf({ tenant }));
      for (const [index, context] of contexts.entries()) {
        await store.save('task', context, configOf({ id: 'a', token: String(index) }));
      }
      for (const [index, context] of contexts.entries()) {
        expect(await store.load('task', context)).toStrictEqual([
          configOf({ id: 'a', token: String(index) }),
        ]);
      }
    });

    test('owners do not see each other', async () => {
      const store = await makeStore();
      const contexts = [undefined, ...ODD_IDS].map((userName) => contextOf({ userName }));
      for (const [index, context] of contexts.entries()) {
        await store.save('task', context, configOf({ id: 'a', token: String(index) }));
      }
      for (const [index, context] of contexts.entries()) {
        expect(await store.load('task', context)).toStrictEqual([
          configOf({ id: 'a', token: String(index) }),
        ]);
      }
    });

    test('tenant, owner and task id are told apart where they meet', async () => {
      const store = await makeStore();
      const places = [
        { tenant: 'a:b', userName: 'c', taskId: 'd' },
        { tenant: 'a', userName: 'b:c', taskId: 'd' },
        { tenant: 'a', userName: 'b', taskId: 'c:d' },
        { tenant: 'a}{b', userName: 'c', taskId: 'd' },
      ];
      for (const { taskId, ...scope } of places) {
        await store.save(taskId, contextOf(scope), configOf({ id: 'a', token: scope.tenant }));
      }
      for (const { taskId, ...scope } of places) {
        expect(await store.load(taskId, contextOf(scope))).toStrictEqual([
          configOf({ id: 'a', token: scope.tenant }),
        ]);
      }
    });

    test('no tenant and the empty tenant are one', async () => {
      const store = await makeStore();
      await store.save('task', contextOf({ tenant: '' }), configOf({ id: 'a' }));
      expect(await store.load('task', contextOf())).toStrictEqual([configOf({ id: 'a' })]);
    });

    test('a call does not delete the configs of another scope', async () => {
      const store = await makeStore();
      await store.save('task', contextOf({ tenant: 'a', userName: 'u' }), configOf({ id: 'a' }));
      await store.delete('task', contextOf({ tenant: 'b', userName: 'u' }), 'a');
      await store.delete('task', contextOf({ tenant: 'a', userName: 'v' }), 'a');
      await store.delete('task', contextOf({ tenant: '*', userName: '*' }));
      expect(await store.load('task', contextOf({ tenant: 'a', userName: 'u' }))).toStrictEqual([
        configOf({ id: 'a' }),
      ]);
    });

    test('the owner resolver decides who the owner is', async () => {
      const store = await makeStore((context) => context.user?.userName.split('@')[1] ?? '');
      await store.save('task', contextOf({ userName: 'ann@acme' }), configOf({ id: 'a' }));
      expect(await store.load('task', contextOf({ userName: 'bob@acme' }))).toHaveLength(1);
      expect(await store.load('task', contextOf({ userName: 'ann@other' }))).toHaveLength(0);
      expect(await store.load('task', contextOf())).toHaveLength(0);
    });
  });
}
