import { describe, expect, it } from 'vitest';

import { SnapshotCache } from './snapshot-cache.ts';
import { snapshotOf, type TaskSnapshot } from '../model/task-snapshot.ts';

const snapshot = (id: string): TaskSnapshot =>
  snapshotOf({
    id,
    contextId: '',
    status: undefined,
    artifacts: [],
    history: [],
    metadata: undefined,
  });

describe('SnapshotCache', () => {
  it('drops the content used longest ago and remembers its version', () => {
    const cache = new SnapshotCache(3000);
    for (const id of ['a', 'b', 'c']) {
      cache.setLatest(id, { version: '5', snapshot: snapshot(id) }, 900);
      cache.setLastKnown(id, { version: '5', snapshot: snapshot(id), loaded: true, tried: [] });
    }
    expect(cache.latest('a')).toBeUndefined();
    expect(cache.lastKnown('a')).toEqual({
      version: '5',
      snapshot: undefined,
      loaded: true,
      tried: [],
      ended: false,
    });
    expect(cache.lastKnown('c')?.snapshot?.id).toBe('c');
  });

  it('remembers the version of content that is too large to keep', () => {
    const cache = new SnapshotCache(1000);
    cache.setLatest('big', { version: '5', snapshot: snapshot('big') }, 5000);
    cache.setLastKnown('big', { version: '5', snapshot: snapshot('big'), loaded: true, tried: [] });
    expect(cache.latest('big')).toBeUndefined();
    expect(cache.lastKnown('big')).toMatchObject({ version: '5', snapshot: undefined });
  });

  it('remembers that a task had ended, whatever became of its content', () => {
    const cache = new SnapshotCache(1);
    const status = { state: 3, message: undefined, timestamp: undefined };
    const known = { version: '5', snapshot: { ...snapshot('a'), status }, loaded: true, tried: [] };
    cache.setLastKnown('a', known);
    expect(cache.lastKnown('a')).toEqual({ ...known, snapshot: undefined, ended: true });
    cache.setLastKnown('a', { ...known, snapshot: undefined, ended: true });
    expect(cache.lastKnown('a')?.ended).toBe(true);
  });

  it('keeps the newer of two versions, whichever is noted last', () => {
    const cache = new SnapshotCache(10_000);
    cache.setLatest('a', { version: '1700000000000010', snapshot: snapshot('new') }, 1);
    cache.setLatest('a', { version: '1700000000000009', snapshot: snapshot('old') }, 1);
    expect(cache.latest('a')?.snapshot.id).toBe('new');
  });

  it('keeps what is gone for the run that wrote it, until there is something newer', () => {
    const cache = new SnapshotCache(10_000);
    const seen = (run: string | undefined): readonly (string | undefined)[] => [
      cache.latest('a')?.version,
      cache.writtenBy(run, 'a')?.version,
    ];
    cache.setLatest('a', { version: '2', snapshot: snapshot('a') }, 1);
    cache.noteGone('a');
    expect(seen(undefined)).toEqual([undefined, undefined]);
    cache.setLatest('a', { version: '2', snapshot: snapshot('a') }, 1);
    cache.setRun('a', 'run');
    cache.noteGone('a');
    cache.noteGone('a');
    expect(seen('run')).toEqual([undefined, '2']);
    expect(seen('another')).toEqual([undefined, undefined]);
    cache.setLatest('a', { version: '1', snapshot: snapshot('a') }, 1);
    expect(seen('run')).toEqual(['1', '2']);
    cache.setLatest('a', { version: '3', snapshot: snapshot('a') }, 1);
    expect(seen('run')).toEqual(['3', '3']);
    cache.noteGone('a');
    cache.forgetLatest('a');
    expect(seen('run')).toEqual([undefined, undefined]);
  });

  it('forgets', () => {
    const cache = new SnapshotCache(10_000);
    cache.setLatest('a', { version: '1', snapshot: snapshot('a') }, 1);
    cache.setLastKnown('a', { version: '1', snapshot: snapshot('a'), loaded: false, tried: [] });
    cache.forgetLatest('a');
    expect([cache.latest('a'), cache.bytes('a'), cache.lastKnown('a')?.version]).toEqual([
      undefined,
      0,
      '1',
    ]);
    cache.forget('a');
    expect(cache.lastKnown('a')).toBeUndefined();
  });
});
