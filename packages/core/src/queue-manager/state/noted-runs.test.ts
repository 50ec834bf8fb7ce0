import { describe, expect, it } from 'vitest';

import { RETENTION_SECONDS, TaskStatesInUse } from '../../../test/task-states.ts';
import type { TaskAddress } from './queue-keys.ts';
import type { RedisTaskStates } from './task-state.ts';

const used = new TaskStatesInUse();
const { open, heard } = used;

describe('a list of runs', () => {
  it('is read as a whole, some at once, and tells what can be no run of its replica', async () => {
    const { states, keys, task } = open();
    const names = Array.from({ length: 1000 }, (_, index) => `r-${index.toString(36)}`);
    for (const name of names) await states.note(task, name, '');
    const note = (await used.client.hGet(keys.runs('r'), 'r-1')) ?? '';
    const odd = ['garbage', 's-1', 'r-a b', 'r-\n', '-1', ''];
    for (const name of odd) await used.client.hSet(keys.runs('r'), name, note);
    const found = new Map<string, unknown>();
    for await (const page of states.pages('r'))
      for (const [run, noted] of page) found.set(run, noted);
    const noted = { task, contextId: '' };
    expect(found).toEqual(
      new Map([
        ...names.map((name) => [name, noted] as const),
        ...odd.map((name) => [name, undefined] as const),
      ]),
    );
    for (const name of odd) {
      expect(await states.forgetDamaged('r', name)).toMatchObject({ code: 'CORRUPT_RECORD' });
    }
    expect(await states.count('r')).toBe(1000);
  });

  it.each<[string, (states: RedisTaskStates, task: TaskAddress) => Promise<unknown>]>([
    ['note', async (states, task) => states.note(task, 'r-1', '')],
    ['read', async (states) => states.of('r')],
    ['count', async (states) => states.count('r')],
    ['forget', async (states) => states.forget('r-1')],
  ])('of another type is told to one who is to %s it, and removed', async (_, call) => {
    const { states, keys, task } = open();
    await used.client.set(keys.runs('r'), 'damaged');
    await expect(call(states, task)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(await used.client.exists(keys.runs('r'))).toBe(0);
    await expect(call(states, task)).resolves.not.toThrow();
  });
});

describe('what Redis has lost of who executes a task', () => {
  it('is asked for by who reads that nothing is known, and by a follow-up that begins', async () => {
    const { states, task } = open();
    const asks = async (work: () => Promise<unknown>): Promise<readonly string[]> =>
      heard(task.channel, work);
    expect(await asks(async () => states.state(task))).toEqual([]);
    expect(await asks(async () => states.askedState(task))).toEqual(['C']);
    expect(await asks(async () => states.begin(task, 'r-1', true))).toEqual(['C']);
    // Somebody is known.
    expect(await asks(async () => states.askedState(task))).toEqual([]);
    expect(await asks(async () => states.begin(task, 's-1', true))).toEqual([]);
    const { task: other } = open();
    expect(await heard(other.channel, async () => states.begin(other, 'r-2'))).toEqual([]);
    // Nor where the task waits for its user.
    await states.pause(other, 'r-2');
    expect(await heard(other.channel, async () => states.begin(other, 's-2', true))).toEqual([]);
  });

  it('is found out by which runs of a replica are noted', async () => {
    const { states, task } = open();
    expect(await states.noted('r')).toEqual(new Set());
    await states.note(task, 'r-1', '');
    await states.note(task, 'r-2', '');
    expect(await states.noted('r')).toEqual(new Set(['r-1', 'r-2']));
  });
});

describe('a list of runs that is sealed', () => {
  it('closes the list of one replica, which keeps what is in it', async () => {
    const { states, keys, task } = open();
    await states.note(task, 'r-1', '');
    await states.seal('r');
    await states.seal('r');
    expect(await states.note(task, 'r-2', '')).toBe(false);
    // Nor a note that comes a second time: whoever reads the list has seen the first.
    expect(await states.note(task, 'r-1', '')).toBe(false);
    expect([...(await states.of('r')).keys()]).toEqual(['r-1']);
    expect(await states.note(task, 's-1', '')).toBe(true);
    expect(await used.client.ttl(keys.sealed('r'))).toBe(RETENTION_SECONDS);
  });

  it('keeps an empty list empty', async () => {
    const { states, keys, task } = open();
    await states.seal('r');
    expect(await states.note(task, 'r-1', '')).toBe(false);
    expect(await states.of('r')).toEqual(new Map());
    expect(await used.client.exists(keys.runs('r'))).toBe(0);
  });
});
