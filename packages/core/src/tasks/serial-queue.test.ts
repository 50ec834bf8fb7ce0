import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { SerialQueue } from './serial-queue.ts';

describe('SerialQueue', () => {
  it('runs work for a key in order, also after a failure, and other keys beside it', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    const work = (name: string, fails: boolean) => async (): Promise<string> => {
      order.push(`${name} starts`);
      await sleep(1);
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([
      queue.run('a', work('a1', true)),
      queue.run('a', work('a2', false)),
      queue.run('b', work('b1', false)),
    ]);
    expect(order).toEqual(['a1 starts', 'b1 starts', 'a1 ends', 'a2 starts', 'b1 ends', 'a2 ends']);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});
