import { describe, expect, test } from 'vitest';

import { CONTEXT, loadTask, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Values that JSON does not have are kept, or become what they would be on the wire. */
export function storesValuesAsJson({ makeStore, capabilities }: TaskStoreSubject): void {
  const date = new Date(Date.UTC(2026, 0, 1));
  const given = { a: undefined, b: date, c: [Number.NaN, undefined], d: -0 };
  const onTheWire = { b: '2026-01-01T00:00:00.000Z', c: [null, null], d: 0 };

  describe('values that JSON does not have', () => {
    test(capabilities.storesValuesAsJson ? 'become JSON' : 'are kept', async () => {
      const store = await makeStore();
      await store.save(taskOf('task', { metadata: given }), CONTEXT);
      expect((await loadTask(store, 'task')).metadata).toStrictEqual(
        capabilities.storesValuesAsJson ? onTheWire : given,
      );
    });

    test('a date in place of an empty object is a change', async () => {
      const store = await makeStore();
      await store.save(taskOf('task', { metadata: { when: {} } }), CONTEXT);
      const task = await loadTask(store, 'task');
      task.metadata = { when: date };
      await store.save(task, CONTEXT);
      expect((await loadTask(store, 'task')).metadata).toStrictEqual({
        when: capabilities.storesValuesAsJson ? date.toISOString() : date,
      });
    });
  });
}
