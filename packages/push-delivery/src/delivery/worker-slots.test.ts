import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { WorkerSlots } from './worker-slots.ts';

test('one tenant alone gets half of them; each further one what is free beside its own', () => {
  const slots = new WorkerSlots(12);
  expect(slots.take('a', 100)).toBe(6);
  expect(slots.take('b', 100)).toBe(3);
  expect(slots.take('c', 100)).toBe(2);
  expect(slots.allowances()).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 0],
  ]);
  expect([slots.free, slots.taken]).toEqual([1, 11]);
});

test('what a tenant may hold at once is what it may take one by one', () => {
  for (const size of [1, 2, 7, 12]) {
    const slots = new WorkerSlots(size);
    expect(slots.forNewcomer).toBe(new WorkerSlots(size).take('a', 100));
    slots.take('b', 2);
    const [[, allowed] = ['', 0]] = slots.allowances();
    expect(allowed).toBe(slots.take('b', 100));
  }
});

test('the last one goes to who has none', () => {
  const slots = new WorkerSlots(2);
  expect(slots.take('a', 100)).toBe(1);
  expect(slots.take('b', 100)).toBe(1);
  expect(slots.take('c', 100)).toBe(0);
  slots.leave('a', 1);
  expect(slots.take('c', 100)).toBe(1);
});

test('what is taken and left is counted exactly', () => {
  const call = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c'),
    count: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(call), (size, calls) => {
      const slots = new WorkerSlots(size);
      const held: (readonly [string, number])[] = [];
      for (const { tenant, count } of calls) held.push([tenant, slots.take(tenant, count)]);
      const taken = held.reduce((sum, [, count]) => sum + count, 0);
      expect([slots.taken, slots.free]).toEqual([taken, size - taken]);
      expect(slots.free).toBeGreaterThanOrEqual(0);
      for (const [tenant, count] of held) slots.leave(tenant, count);
      expect([slots.taken, slots.allowances()]).toEqual([0, []]);
    }),
  );
});
