import { describe, expect, it } from 'vitest';

import { TaskTurns } from './task-turns.ts';

describe('TaskTurns', () => {
  it('does the work on one task in order, and none later because of a failure', async () => {
    const turns = new TaskTurns();
    const done: string[] = [];
    const work = (name: string, turnsTaken: number) => async (): Promise<void> => {
      for (let turn = turnsTaken; turn > 0; turn -= 1) await new Promise(setImmediate);
      if (name === 'fails') throw new Error('refused');
      done.push(name);
    };
    const outcomes = await Promise.allSettled([
      turns.take('t', work('1', 5)),
      turns.take('t', work('fails', 3)),
      turns.take('t', work('2', 1)),
      turns.take('other', work('other', 0)),
    ]);
    expect(done).toEqual(['other', '1', '2']);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('lets work on no task wait for nothing, and counts it', async () => {
    const turns = new TaskTurns();
    const done: string[] = [];
    const work = (name: string, turnsTaken: number) => async (): Promise<void> => {
      for (let turn = turnsTaken; turn > 0; turn -= 1) await new Promise(setImmediate);
      done.push(name);
    };
    void turns.take(undefined, work('slow', 5));
    void turns.take(undefined, work('fast', 0));
    expect(turns.underWay).toBe(2);
    await turns.settled();
    expect([done, turns.underWay]).toEqual([['fast', 'slow'], 0]);
  });
});
