import { describe, expect, it } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { OwnRuns } from '../execution/own-runs.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { OwnStrays } from './own-strays.ts';
import type { TaskFinisher } from './task-finisher.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/**
 * What a replica "r" looks after, where Redis has these notes, and this state of every task.
 *
 * @param lacksEnd Whether the record of every task lacks its end.
 */
function strays(
  notes: readonly string[],
  state: { runs: readonly string[]; counters: ReadonlyMap<string, number> } = {
    runs: [],
    counters: new Map(),
  },
  lacksEnd = false,
): { strays: OwnStrays; ownRuns: OwnRuns; calls: string[] } {
  const calls: string[] = [];
  const ownRuns = new OwnRuns(systemRuntime);
  const services = {
    ownRuns,
    lease: { replica: 'r' },
    states: {
      count: async () => notes.length,
      noted: async () => new Set(notes),
      of: async () => {
        calls.push('list');
        return new Map(notes.map((run) => [run, { task, contextId: 'c' }]));
      },
      state: async () => {
        calls.push('state');
        return state;
      },
    },
    onError: (error: unknown) => calls.push(`error ${String(error)}`),
  } as unknown as BusServices;
  const finisher = {
    endStray: async (_task: unknown, run: string) => void calls.push(`end ${run}`),
    lacksEnd: async () => {
      calls.push('load');
      return lacksEnd;
    },
  } as unknown as TaskFinisher;
  return { strays: new OwnStrays(services, finisher), ownRuns, calls };
}

const ended = { task, contextId: 'c', status: undefined, counter: 3 };

describe('OwnStrays', () => {
  it('reads nothing but the count where nothing is noted that is not executed', async () => {
    const { strays: own, ownRuns, calls } = strays(['r-1']);
    ownRuns.begin('r-1', async () => {});
    await own.look();
    await own.look();
    expect(calls).toEqual([]);
  });

  it('tells others again of what is executed and not noted', async () => {
    const { strays: own, ownRuns, calls } = strays(['r-1']);
    for (const run of ['r-1', 'r-2', 's-3']) {
      ownRuns.begin(run, async () => void calls.push(`again ${run}`));
    }
    await own.look();
    expect(calls).toEqual(['again r-2']);
    ownRuns.leave('r-2');
    await own.look();
    expect(calls).toEqual(['again r-2']);
  });

  it('settles what is noted and not executed, at the second look', async () => {
    const { strays: own, ownRuns, calls } = strays(['r-1', 'r-2']);
    ownRuns.begin('r-1', async () => {});
    await own.look();
    expect(calls).toEqual(['list']);
    await own.look();
    expect(calls).toEqual(['list', 'list', 'end r-2']);
  });

  it.each([
    ['whose run is back', ['r-1'], 3],
    ['that lacks events', [], 2],
  ])(
    'gives a task its end again %s after a loss, though no note is left',
    async (_, runs, counter) => {
      const state = { runs, counters: new Map([['r-1', counter]]) };
      const { strays: own, ownRuns, calls } = strays([], state);
      ownRuns.leave('r-1', { ...ended, acceptedAt: systemRuntime.now() });
      await own.look();
      expect(calls).toEqual([]);
      ownRuns.resumed();
      await own.look();
      await own.look();
      expect(calls).toEqual(['state', 'end r-1']);
    },
  );

  it('takes what is gone for no proof', async () => {
    const { strays: own, ownRuns, calls } = strays([]);
    ownRuns.leave('r-1', { ...ended, acceptedAt: systemRuntime.now() });
    ownRuns.resumed();
    await own.look();
    expect(calls).toEqual(['state', 'load']);
  });

  it('gives a task its end again whose record lacks it after a loss, though its state says that it ended', async () => {
    const state = { runs: [], counters: new Map([['r-1', 3]]) };
    const { strays: own, ownRuns, calls } = strays([], state, true);
    ownRuns.leave('r-1', { ...ended, acceptedAt: systemRuntime.now() });
    ownRuns.resumed();
    await own.look();
    await own.look();
    expect(calls).toEqual(['state', 'load', 'end r-1']);
  });

  it('settles runs of its own that a task still names, and no others', () => {
    const { strays: own, ownRuns, calls } = strays([]);
    ownRuns.begin('r-1', async () => {});
    own.settle(task, ['r-1', 'r-2', 's-3']);
    expect(calls).toEqual(['end r-2']);
  });
});
