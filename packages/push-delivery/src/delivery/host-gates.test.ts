import { systemRuntime } from '@a2a-redis/core/shared';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Admission, HostGates } from './host-gates.ts';

const LIMITS = { perHost: 2, patienceMs: 5000, firstPauseMs: 1000, longestPauseMs: 60_000 };

let gates: HostGates;

beforeEach(() => {
  vi.useFakeTimers();
  gates = new HostGates({ ...systemRuntime, now: () => Date.now(), random: () => 0.999 }, LIMITS);
});
afterEach(() => {
  vi.useRealTimers();
});

async function outcomeOf(asking: Promise<Admission>): Promise<Admission | 'waits'> {
  return Promise.race([asking, Promise.resolve().then(() => 'waits' as const)]);
}

test('so many at once, the others one after the other', async () => {
  expect([await gates.enter('h', 'a'), await gates.enter('h', 'a')]).toEqual([
    'admitted',
    'admitted',
  ]);
  const [third, fourth] = [gates.enter('h', 'a'), gates.enter('h', 'a')];
  expect(await outcomeOf(third)).toBe('waits');
  expect(await gates.enter('other', 'a')).toBe('admitted');
  gates.leave('h', 'a', 'answered');
  expect(await third).toBe('admitted');
  expect(await outcomeOf(fourth)).toBe('waits');
  expect(gates.loads()).toContainEqual({ host: 'h', inFlight: 2, failures: 0 });
});

test('who has waited for long enough is put off', async () => {
  await gates.enter('h', 'a');
  await gates.enter('h', 'a');
  const third = gates.enter('h', 'a');
  vi.advanceTimersByTime(5000);
  expect(await third).toEqual({ inMs: expect.any(Number) });
});

test('a host that fails is left alone, and then tried by one', async () => {
  for (let count = 1; count <= 5; count += 1) {
    expect(await gates.enter('h', 'a')).toBe('admitted');
    gates.leave('h', 'a', 'failed');
  }
  expect(await gates.enter('h', 'a')).toEqual({ inMs: expect.any(Number) });
  vi.advanceTimersByTime(1000);
  expect(await gates.enter('h', 'a')).toBe('admitted');
  const second = gates.enter('h', 'a');
  expect(await outcomeOf(second)).toBe('waits');
  // It fails once more: nobody waits for it.
  gates.leave('h', 'a', 'failed');
  expect(await second).toEqual({ inMs: expect.any(Number) });
  vi.advanceTimersByTime(2000);
  expect(await gates.enter('h', 'a')).toBe('admitted');
  gates.leave('h', 'a', 'answered');
  expect([await gates.enter('h', 'a'), await gates.enter('h', 'a')]).toEqual([
    'admitted',
    'admitted',
  ]);
});

test('what is put off comes back apart', async () => {
  for (let count = 1; count <= 5; count += 1) {
    await gates.enter('h', 'a');
    gates.leave('h', 'a', 'failed');
  }
  const first = await gates.enter('h', 'a');
  for (let count = 1; count <= 98; count += 1) await gates.enter('h', 'a');
  const last = await gates.enter('h', 'a');
  const inMs = (admission: Admission): number => (admission === 'admitted' ? 0 : admission.inMs);
  expect(inMs(last) - inMs(first)).toBe(989);
});

test('nobody waits for a gate that is closed for good', async () => {
  await gates.enter('h', 'a');
  await gates.enter('h', 'a');
  const third = gates.enter('h', 'a');
  gates.close();
  expect(await third).toEqual({ inMs: 0 });
});

test('a tenant is told of the hosts that are posted to for it, and of how much of that is its own', async () => {
  await gates.enter('h', 'a');
  await gates.enter('h', 'b');
  await gates.enter('other', 'b');
  const third = gates.enter('h', 'c');
  expect(gates.loads('a')).toEqual([{ host: 'h', inFlight: 1, failures: 0 }]);
  expect(gates.loads('b').map(({ host }) => host)).toEqual(['h', 'other']);
  expect(gates.loads('c')).toEqual([]);
  gates.leave('h', 'a', 'failed');
  expect(await third).toBe('admitted');
  expect(gates.loads('a')).toEqual([]);
  expect(gates.loads('c')).toEqual([{ host: 'h', inFlight: 1, failures: 1 }]);
  expect(gates.loads()).toEqual([
    { host: 'h', inFlight: 2, failures: 1 },
    { host: 'other', inFlight: 1, failures: 0 },
  ]);
});
