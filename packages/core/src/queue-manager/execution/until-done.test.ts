import { expect, test } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { type Runtime, systemRuntime } from '../../runtime/runtime.ts';
import { type Attempts, failsWhileAway, untilDone } from './until-done.ts';

const away = new A2ARedisError('DEADLINE_EXCEEDED', 'Redis is away.');

/** Attempts for as long as Redis may be away, for so long. */
function whileAway(
  tryMs: number,
  onError: Attempts['onError'],
  runtime: Runtime = systemRuntime,
): Attempts {
  return { runtime, tryMs, isPassing: failsWhileAway, onError };
}

test('what fails while Redis is away is done again, and told', async () => {
  const reported: unknown[] = [];
  let attempts = 0;
  const work = async (): Promise<void> => {
    attempts += 1;
    if (attempts < 3) throw away;
  };
  await untilDone(
    work,
    whileAway(60_000, (error) => reported.push(error)),
  );
  expect([attempts, reported]).toEqual([3, [away, away]]);
});

test('up to a deadline', async () => {
  let now = 0;
  const runtime = { ...systemRuntime, now: () => (now += 400) };
  let attempts = 0;
  const work = async (): Promise<void> => {
    attempts += 1;
    throw away;
  };
  await expect(
    untilDone(
      work,
      whileAway(1000, () => {}, runtime),
    ),
  ).rejects.toBe(away);
  expect(attempts).toBe(3);
});

test.each([
  new A2ARedisError('CLIENT_CLOSED', 'The client is closed.'),
  new A2ARedisError('INVALID_ARGUMENT', 'The id is empty.'),
  new Error('Another one'),
])('what does not pass is not tried again: %s', async (error) => {
  let attempts = 0;
  const work = async (): Promise<void> => {
    attempts += 1;
    throw error;
  };
  await expect(
    untilDone(
      work,
      whileAway(60_000, () => {}),
    ),
  ).rejects.toBe(error);
  expect(attempts).toBe(1);
});
