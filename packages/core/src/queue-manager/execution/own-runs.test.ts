import { describe, expect, it } from 'vitest';

import type { Runtime } from '../../runtime/runtime.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { type EndedRun, OwnRuns } from './own-runs.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

function ownRuns(): { runs: OwnRuns; clock: { now: number } } {
  const clock = { now: 1000 };
  const runtime = { now: () => clock.now } as unknown as Runtime;
  return { runs: new OwnRuns(runtime), clock };
}

function endedAt(acceptedAt: number): EndedRun {
  return { task, contextId: 'c', status: undefined, counter: 3, acceptedAt };
}

describe('OwnRuns', () => {
  it('counts what is under way under a name, from before it is noted until its note is removed', () => {
    const { runs } = ownRuns();
    runs.begin('r-1', async () => {});
    runs.begin('s-2', async () => {});
    expect([runs.count('r'), runs.has('r-1')]).toEqual([1, true]);
    runs.leave('r-1');
    expect([runs.count('r'), runs.has('r-1'), runs.ended('r-1')]).toEqual([0, false, undefined]);
  });

  it('remembers how the latest runs ended, and forgets those that go on', () => {
    const { runs } = ownRuns();
    for (let number = 0; number < 129; number += 1) runs.leave(`r-${number}`, endedAt(number));
    expect(runs.ended('r-0')).toBeUndefined();
    expect(runs.ended('r-1')).toMatchObject({ acceptedAt: 1 });
    runs.begin('r-1', async () => {});
    expect(runs.ended('r-1')).toBeUndefined();
  });

  it('doubts recent ends once after each loss of a connection, and none without one', () => {
    const { runs, clock } = ownRuns();
    const doubted = (): readonly string[] => runs.doubtful().map(([run]) => run);
    runs.leave('r-1', endedAt(1000));
    clock.now = 100_000;
    // What it had accepted long ago may be followed by nothing but its end.
    runs.leave('r-2', endedAt(1000));
    // Nothing of it was accepted but its end.
    runs.leave('r-0', endedAt(Number.NEGATIVE_INFINITY));
    expect(doubted()).toEqual([]);
    runs.begin('r-0', async () => {});
    runs.resumed();
    expect(doubted()).toEqual(['r-2']);
    clock.now += 10;
    runs.compared('r-2');
    runs.leave('r-3', endedAt(clock.now));
    expect(doubted()).toEqual([]);
    clock.now += 10;
    runs.resumed();
    expect(doubted()).toEqual(['r-2', 'r-3']);
  });
});
