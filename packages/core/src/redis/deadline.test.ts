import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../shared/errors.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { withDeadline } from './deadline.ts';

const describeWork = (): string => 'Working';

describe('withDeadline', () => {
  it('passes on what comes in time', async () => {
    const deadlineAt = performance.now() + 60_000;
    expect(await withDeadline(systemRuntime, Promise.resolve(7), deadlineAt, describeWork)).toBe(7);
    const failing = withDeadline(
      systemRuntime,
      Promise.reject(new Error('mine')),
      deadlineAt,
      describeWork,
    );
    await expect(failing).rejects.toThrow('mine');
  });

  it('leaves no timer behind', async () => {
    const before = timers();
    await withDeadline(systemRuntime, Promise.resolve(), performance.now() + 60_000, describeWork);
    expect(timers()).toBe(before);
  });

  it('rejects at the deadline with a typed error that says what was done', async () => {
    const never = new Promise<never>(() => {});
    const error = await withDeadline(
      systemRuntime,
      never,
      performance.now() + 5,
      describeWork,
    ).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new A2ARedisError('DEADLINE_EXCEEDED', 'Working: no answer in time.'));
  });

  it('takes what is settled already, even after the deadline', async () => {
    expect(
      await withDeadline(systemRuntime, Promise.resolve(7), performance.now() - 1, describeWork),
    ).toBe(7);
  });

  it('leaves no unhandled rejection when the work fails later', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const late = sleep(20).then(() => {
      throw new Error('late');
    });
    const failed = await withDeadline(
      systemRuntime,
      late,
      performance.now() + 1,
      describeWork,
    ).catch(() => 'failed');
    await sleep(40);
    process.off('unhandledRejection', listener);
    expect([failed, unhandled]).toEqual(['failed', []]);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
