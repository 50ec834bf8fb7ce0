import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import { SerialQueue } from './serial-queue.ts';

describe('SerialQueue', () => {
  it('runs work for a key in order, also after a failure, and other keys beside it', async () => {
    const queue = new SerialQueue(systemRuntime);
    const order: string[] = [];
    const work = (name: string, fails: boolean) => async (): Promise<string> => {
      order.push(`${name} starts`);
      await sleep(1);
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const deadlineAt = performance.now() + 60_000;
    const results = await Promise.allSettled([
      queue.run('a', deadlineAt, work('a1', true)),
      queue.run('a', deadlineAt, work('a2', false)),
      queue.run('b', deadlineAt, work('b1', false)),
    ]);
    expect(order).toEqual(['a1 starts', 'b1 starts', 'a1 ends', 'a2 starts', 'b1 ends', 'a2 ends']);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('does not begin what has waited for too long', async () => {
    const queue = new SerialQueue(systemRuntime);
    const begun: string[] = [];
    const first = queue.run('a', performance.now() + 60_000, () => sleep(30));
    const late = queue.run('a', performance.now() + 1, async () => void begun.push('late'));
    const next = queue.run('a', performance.now() + 60_000, async () => void begun.push('next'));
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await Promise.all([first, next]);
    expect(begun).toEqual(['next']);
  });
});
