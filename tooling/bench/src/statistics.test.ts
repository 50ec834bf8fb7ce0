import { describe, expect, it } from 'vitest';

import { median, ratio, Samples, summarize } from './statistics.ts';

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two middle values of an even number', () => {
    expect(median([10, 1, 4, 2])).toBe(3);
  });

  it('sorts as numbers, not as text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it('leaves its argument as it is', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses nothing at all', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('summarize', () => {
  it('gives count, smallest, middle and largest', () => {
    expect(summarize([4, 1, 3])).toEqual({ count: 3, min: 1, median: 3, max: 4 });
  });
});

describe('Samples', () => {
  it('keeps the measurements of different things apart, by what their keys say', () => {
    const samples = new Samples<{ store: string; size: number }>();
    samples.add({ store: 'a', size: 1 }, 10);
    samples.add({ store: 'a', size: 2 }, 20);
    samples.add({ store: 'a', size: 1 }, 30);
    expect(samples.summary({ store: 'a', size: 1 })).toEqual({
      count: 2,
      min: 10,
      median: 20,
      max: 30,
    });
    expect(samples.summary({ store: 'a', size: 2 })?.median).toBe(20);
  });

  it('says when a thing was not measured', () => {
    expect(new Samples<string>().summary('a')).toBeUndefined();
  });
});

describe('ratio', () => {
  it('divides', () => {
    expect(ratio(3, 2)).toBe(1.5);
  });

  it('is absent where a side is', () => {
    expect([ratio(undefined, 2), ratio(2, undefined)]).toEqual([undefined, undefined]);
  });
});
