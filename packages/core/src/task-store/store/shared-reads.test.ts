import { describe, expect, it } from 'vitest';

import { SharedReads } from './shared-reads.ts';

describe('SharedReads', () => {
  it('reads once for all who ask in one run, and again for who asks later', async () => {
    const reads = new SharedReads<string>();
    const asked: string[] = [];
    const read = (key: string) => async (): Promise<string> => {
      asked.push(key);
      return `${key} ${asked.length}`;
    };
    const first = [
      reads.read('a', read('a')),
      reads.read('b', read('b')),
      reads.read('a', read('a')),
    ];
    await Promise.resolve();
    const second = reads.read('a', read('a'));
    expect(await Promise.all([...first, second])).toEqual(['a 1', 'b 2', 'a 1', 'a 3']);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('fails for all who asked, and not for who asks later', async () => {
    const reads = new SharedReads<string>();
    const failing = async (): Promise<string> => Promise.reject(new Error('away'));
    const both = [reads.read('a', failing), reads.read('a', failing)];
    expect(await Promise.allSettled(both)).toEqual([
      { status: 'rejected', reason: new Error('away') },
      { status: 'rejected', reason: new Error('away') },
    ]);
    expect(await reads.read('a', async () => 'back')).toBe('back');
  });
});
