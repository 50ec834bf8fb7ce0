import { describe, expect, it } from 'vitest';

import { OrderedCalls } from './ordered-calls.ts';

describe('OrderedCalls', () => {
  it('makes calls in their order, each once all before it are settled', () => {
    const made: string[] = [];
    const calls = new OrderedCalls();
    const [first, second] = ['a', 'b'].map((name) => calls.add(() => void made.push(name)));
    calls.after(() => void made.push('c'));
    second?.(true);
    expect(made).toEqual([]);
    expect(calls.isEmpty).toBe(false);
    first?.(true);
    expect(made).toEqual(['a', 'b', 'c']);
    expect(calls.isEmpty).toBe(true);
  });

  it('makes a call at once that follows none', () => {
    const made: string[] = [];
    new OrderedCalls().after(() => void made.push('a'));
    expect(made).toEqual(['a']);
  });

  it('drops a call, and lets those that follow it go on after this turn', async () => {
    const made: string[] = [];
    const calls = new OrderedCalls();
    const settle = calls.add(() => void made.push('a'));
    calls.after(() => void made.push('b'));
    settle(false);
    expect(made).toEqual([]);
    await Promise.resolve();
    expect(made).toEqual(['b']);
  });
});
