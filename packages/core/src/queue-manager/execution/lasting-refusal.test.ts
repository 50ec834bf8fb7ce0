import { expect, it } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { LastingRefusal } from './lasting-refusal.ts';

const NOPERM = new Error("NOPERM this user has no permissions to run the 'evalsha' command");
const REFUSED = new A2ARedisError('COMMAND_FAILED', 'refused', { cause: NOPERM });
const AWAY = new A2ARedisError('DEADLINE_EXCEEDED', 'away');

it('is final once it was refused for so long, and only with what is refused', () => {
  let now = 0;
  const refusal = new LastingRefusal({ ...systemRuntime, now: () => now }, 100);
  expect([refusal.isFinal(AWAY), refusal.isNew]).toEqual([false, true]);
  now = 1000;
  expect([refusal.isFinal(REFUSED), refusal.isNew]).toEqual([false, false]);
  now = 1099;
  expect(refusal.isFinal(REFUSED)).toBe(false);
  now = 1100;
  expect([refusal.isFinal(AWAY), refusal.isFinal(REFUSED)]).toEqual([false, true]);
});
