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
  expect([await gates.enter('h'), await gates.enter('h')]).toEqual(['admitted', 'admitted']);
  const [third, fourth] = [gates.enter('h'), gates.enter('h')];
  expect(await outcomeOf(third)).toBe('waits');
  expect(await gates.enter('other')).toBe('admitted');
  gates.leave('h', 'answered');
  expect(await third).toBe('admitted');
  expect(await outcomeOf(fourth)).toBe('waits');
  expect(gates.loads()).toContainEqual({ host: 'h', inFlight: 2, failures: 0 });
});

test('who has waited for long enough is put off', async () => {
  await gates.enter('h');
  await gates.enter('h');
  const third = gates.enter('h');
  vi.advanceTimersByTime(5000);
  expect(await third).toEqual({ inMs: expect.any(Number) });
});

test('a host that fails is left alone, and then tried by one', async () => {
  for (let count = 1; count <= 5; count += 1) {
    expect(await gates.enter('h')).toBe('admitted');
    gates.leave('h', 'failed');
  }
  expect(await gates.enter('h')).toEqual({ inMs: expect.any(Number) });
  vi.advanceTimersByTime(1000);
  expect(await gates.enter('h')).toBe('admitted');
  const second = gates.enter('h');
  expect(await outcomeOf(second)).toBe('waits');
  // It fails once more: nobody waits for it.
  gates.leave('h', 'failed');
  expect(await second).toEqual({ inMs: expect.any(Number) });
  vi.advanceTimersByTime(2000);
  expect(await gates.enter('h')).toBe('admitted');
  gates.leave('h', 'answered');
  expect([await gates.enter('h'), await gates.enter('h')]).toEqual(['admitted', 'admitted']);
});

test('what is put off comes back apart', async () => {
  for (let count = 1; count <= 5; count += 1) {
    await gates.enter('h');
    gates.leave('h', 'failed');
  }
  const first = await gates.enter('h');
  for (let count = 1; count <= 98; count += 1) await gates.enter('h');
  const last = await gates.enter('h');
  const inMs = (admission: Admission): number => (admission === 'admitted' ? 0 : admission.inMs);
  expect(inMs(last) - inMs(first)).toBe(989);
});

test('nobody waits for a gate that is closed for good', async () => {
  await gates.enter('h');
  await gates.enter('h');
  const third = gates.enter('h');
  gates.close();
  expect(await third).toEqual({ inMs: 0 });
});
