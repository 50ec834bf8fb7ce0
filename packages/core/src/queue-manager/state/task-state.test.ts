import { describe, expect, it } from 'vitest';

import { RETENTION_SECONDS, TaskStatesInUse } from '../../../test/task-states.ts';
import { ScriptRunner } from '../../redis/script-runner.ts';
import { defineScript } from '../../redis/script.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import type { TaskAddress } from './queue-keys.ts';
import { notesSeconds, type RedisTaskStates, taskStateSource } from './task-state.ts';

const used = new TaskStatesInUse();
const { open, heard } = used;

/** The fields of a hash. */
async function fields(key: string): Promise<Readonly<Record<string, string>>> {
  return { ...(await used.client.hGetAll(key)) };
}

describe('note-run', () => {
  it('notes what is needed to end the run, for a week at least', async () => {
    const { states, keys, task } = open();
    expect(await states.note(task, 'r-1', 'context')).toBe(true);
    expect(await states.note(task, 'r-1', 'context')).toBe(true);
    expect(await states.of('r')).toEqual(new Map([['r-1', { task, contextId: 'context' }]]));
    expect(await used.client.ttl(keys.runs('r'))).toBe(604_800);
    expect([notesSeconds(30), notesSeconds(1_000_000)]).toEqual([604_800, 1_000_000]);
    expect(await states.forget('r-1')).toBe(true);
    expect(await states.forget('r-1')).toBe(false);
    expect(await used.client.exists(keys.runs('r'))).toBe(0);
  });

  it('leaves out nothing that it cannot read: it may be a run of its replica', async () => {
    const { states, keys } = open();
    await used.client.hSet(keys.runs('r'), { 'r-1': 'nonsense', 'r-2': '{"tenant":1}' });
    const runs = new Map([
      ['r-1', undefined],
      ['r-2', undefined],
    ]);
    expect(await states.of('r')).toEqual(runs);
  });
});

describe('begin-run', () => {
  it('enters a run, as often as it is called', async () => {
    const { states, task } = open();
    expect(await states.begin(task, 'r-1')).toBe('begun');
    expect(await states.begin(task, 'r-1')).toBe('begun');
    expect(await states.begin(task, 's-1')).toBe('begun');
    expect(await fields(task.state)).toEqual({ 'r:r-1': '', 'r:s-1': '' });
    expect(await used.client.ttl(task.state)).toBe(RETENTION_SECONDS);
  });

  it('goes on with a task that waited for its user, or whose last run is over', async () => {
    const { states, task } = open();
    await used.client.hSet(task.state, { open: '', end: '', 'c:a-1': '3' });
    expect(await states.begin(task, 'r-1')).toBe('begun');
    expect(await fields(task.state)).toEqual({ 'r:r-1': '', 'c:a-1': '3' });
  });

  it('enters none at a task that has come to its end', async () => {
    const { states, task } = open();
    await used.client.hSet(task.state, { end: 't' });
    expect(await states.begin(task, 'r-1')).toBe('over');
    expect(await fields(task.state)).toEqual({ end: 't' });
  });

  it.each([
    ['fenced', { 'f:r-1': '' }],
    ['over', { 'f:r-1': 't' }],
    ['void', { 'f:r-1': 'a' }],
    ['void', { 'f:r-1': 'n' }],
    // The end of its task counts for more: there is nothing to execute as another run.
    ['over', { 'f:r-1': 'a', end: 't' }],
  ])('says that a run is %s with %j, and changes nothing', async (beginning, state) => {
    const { states, task } = open();
    await used.client.hSet(task.state, state);
    expect(await states.begin(task, 'r-1')).toBe(beginning);
    expect(await fields(task.state)).toEqual(state);
    expect(await states.begin(task, 'r-2')).toBe('end' in state ? 'over' : 'begun');
  });
});

describe('fence-run', () => {
  it('ends a run that goes on, and tells those who wait for its answer to look', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    await states.begin(task, 's-1');
    const messages = await heard(task.channel, async () => {
      expect(await states.fence(task, 'r-1')).toBe('active');
    });
    expect(messages).toEqual(['C']);
    expect(await fields(task.state)).toEqual({ 'f:r-1': '', 'r:s-1': '' });
    expect(await states.begin(task, 'r-1')).toBe('fenced');
  });

  it('keeps the expiry of a state whose last field it was', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    await states.fence(task, 'r-1');
    expect(await used.client.ttl(task.state)).toBe(RETENTION_SECONDS);
  });

  it('changes nothing of a run that others have ended', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    await states.fence(task, 'r-1');
    await used.client.hSet(task.state, { 'f:s-1': 't' });
    const messages = await heard(task.channel, async () => {
      expect(await states.fence(task, 'r-1')).toBe('fenced');
      expect(await states.fence(task, 's-1')).toBe('fenced');
    });
    expect(messages).toEqual([]);
    expect(await fields(task.state)).toEqual({ 'f:r-1': '', 'f:s-1': 't' });
  });

  it('leaves alone a run that came to its own end', async () => {
    const { states, task } = open();
    await used.client.hSet(task.state, { 'c:r-1': '3', end: 't' });
    expect(await states.fence(task, 'r-1')).toBe('settled');
    expect(await fields(task.state)).toEqual({ 'c:r-1': '3', end: 't' });
  });

  it('fences ahead what was noted and has not begun', async () => {
    const { states, task } = open();
    await states.begin(task, 's-1');
    expect(await states.fence(task, 'r-1')).toBe('settled');
    expect(await states.fence(task, 'r-1')).toBe('settled');
    expect(await fields(task.state)).toEqual({ 'r:s-1': '', 'f:r-1': 'a' });
    // The call that was under way comes late.
    expect(await states.begin(task, 'r-1')).toBe('void');
    expect(await fields(task.state)).toEqual({ 'r:s-1': '', 'f:r-1': 'a' });
    // The task goes on with the other run, and is not taken to be executed by nobody.
    expect((await states.state(task)).phase).toBe('running');
  });

  it('fences ahead where nothing is known of the task, and leaves nothing for ever', async () => {
    const { states, task } = open();
    expect(await states.fence(task, 'r-1')).toBe('unknown');
    expect(await states.fence(task, 'r-1')).toBe('unknown');
    expect(await used.client.ttl(task.state)).toBe(RETENTION_SECONDS);
    expect(await states.begin(task, 'r-1')).toBe('void');
    const { phase, runs } = await states.state(task);
    expect([phase, runs]).toEqual(['none', []]);
  });
});

describe('pause-run', () => {
  it('leaves the task to its user, and the note where others look until it is forgotten', async () => {
    const { states, keys, task } = open();
    await states.note(task, 'r-1', 'context');
    await states.begin(task, 'r-1');
    await used.client.hSet(task.state, { 'c:r-1': '3' });
    await states.pause(task, 'r-1');
    expect(await fields(task.state)).toEqual({ 'c:r-1': '3', open: '', paused: 'r-1' });
    expect((await states.state(task)).phase).toBe('open');
    expect(await used.client.ttl(task.state)).toBe(RETENTION_SECONDS);
    expect(await used.client.hKeys(keys.runs('r'))).toEqual(['r-1']);
    await states.forget('r-1');
    expect(await used.client.exists(keys.runs('r'))).toBe(0);
  });

  it('changes nothing of a run that does not go on', async () => {
    const { states, task } = open();
    await used.client.hSet(task.state, { 'f:r-1': '', 'r:s-1': '' });
    await states.pause(task, 'r-1');
    expect(await fields(task.state)).toEqual({ 'f:r-1': '', 'r:s-1': '' });
  });

  it('keeps of the latest eight how many events they had', async () => {
    const { states, task } = open();
    const runs = Array.from({ length: 10 }, (_, index) => `r-${index + 1}`);
    for (const run of runs) {
      await states.begin(task, run);
      await used.client.hSet(task.state, { [`c:${run}`]: '3' });
      await states.pause(task, run);
    }
    const latest = runs.slice(2);
    expect(await fields(task.state)).toEqual({
      open: '',
      paused: latest.join(' '),
      ...Object.fromEntries(latest.map((run) => [`c:${run}`, '3'])),
    });
  });
});

describe('request-cancel', () => {
  it('names whom it asked, and tells them to look', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    await states.begin(task, 's-1');
    const messages = await heard(task.channel, async () => {
      expect((await states.requestCancel(task, 'x1')).toSorted()).toEqual(['r-1', 's-1']);
    });
    expect(messages).toEqual(['C']);
    expect((await states.state(task)).cancels).toEqual(new Map([['x1', '']]));
  });

  it('asks nobody where nobody executes the task, and leaves nothing', async () => {
    const { states, task } = open();
    await used.client.hSet(task.state, { open: '' });
    const messages = await heard(task.channel, async () => {
      expect(await states.requestCancel(task, 'x1')).toEqual([]);
    });
    expect(messages).toEqual([]);
    expect(await fields(task.state)).toEqual({ open: '' });
  });
});

describe('answer-cancel', () => {
  it('gives the answer to who asked, and tells them to look', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    await states.requestCancel(task, 'x1');
    const messages = await heard(task.channel, async () => states.answerCancel(task, 'x1', 'done'));
    expect(messages).toEqual(['C']);
    expect((await states.state(task)).cancels).toEqual(new Map([['x1', 'done']]));
    await states.dropCancel(task, 'x1');
    expect(await fields(task.state)).toEqual({ 'r:r-1': '' });
  });

  it('answers nobody who has given up to wait', async () => {
    const { states, task } = open();
    await states.begin(task, 'r-1');
    const messages = await heard(task.channel, async () => states.answerCancel(task, 'x1', 'done'));
    expect(messages).toEqual([]);
    expect(await fields(task.state)).toEqual({ 'r:r-1': '' });
  });
});

describe('task-state', () => {
  const refusal = defineScript(
    'refusal',
    `${requireRightsSource}\n${taskStateSource}\nreturn refusal_of(KEYS[1], 0, 4, #ARGV) or 'accepted'`,
  );

  /** What becomes of events of a run, from a counter on. */
  async function outcome(
    { state }: TaskAddress,
    [run, first, mode, sentBefore = '']: readonly [string, number, string, string?],
    ...bodies: string[]
  ): Promise<unknown> {
    const args = [run, String(first), sentBefore, mode, ...bodies];
    return new ScriptRunner(used.client).run(refusal, [state], args);
  }

  it('refuses events of a run that others have ended, however', async () => {
    const { task } = open();
    await used.client.hSet(task.state, { 'f:a-1': '', 'f:b-1': 't', 'f:c-1': 'a', 'f:d-1': 'n' });
    expect(await outcome(task, ['a-1', 1, ''], 's')).toBe('fenced');
    expect(await outcome(task, ['b-1', 1, ''], 's')).toBe('over');
    expect(await outcome(task, ['c-1', 1, ''], 's')).toBe('fenced');
    expect(await outcome(task, ['d-1', 1, ''], 'z')).toBe('fenced');
    expect(await outcome(task, ['e-1', 1, ''], 's')).toBe('accepted');
  });

  it('refuses what comes after the end of the task, and not what was accepted before', async () => {
    const { task } = open();
    await used.client.hSet(task.state, { end: 't', 'c:a-1': '3' });
    expect(await outcome(task, ['a-1', 2, ''], 's', 's')).toBe('accepted');
    expect(await outcome(task, ['a-1', 2, ''], 's', 's', 's')).toBe('ended');
    // The end of the run is no event of it.
    expect(await outcome(task, ['a-1', 3, ''], 's', 'z')).toBe('accepted');
    expect(await outcome(task, ['b-1', 1, ''], 's')).toBe('ended');
    expect(await outcome(task, ['b-1', 1, ''], 'z')).toBe('accepted');
  });

  it('goes on where the last run is over and the task is not', async () => {
    const { task } = open();
    await used.client.hSet(task.state, { end: '', 'c:a-1': '3' });
    expect(await outcome(task, ['b-1', 1, ''], 's')).toBe('accepted');
  });

  it('sets right a count of more events than ever were sent, and tells of it once', async () => {
    const { task } = open();
    const { state } = task;
    const damage = {
      code: 'CORRUPT_RECORD',
      detail: `Key ${JSON.stringify(state)} held what nothing here wrote, field "c:a-1": that was removed.`,
    };
    await used.client.hSet(state, { 'r:a-1': '', 'c:a-1': '1000000' });
    await expect(outcome(task, ['a-1', 3, '', '2'], 's')).rejects.toMatchObject(damage);
    expect(await fields(state)).toEqual({ 'r:a-1': '', 'c:a-1': '2' });
    expect(await outcome(task, ['a-1', 3, '', '2'], 's')).toBe('accepted');
    // As where the reply to this very call was lost, or to one with more events.
    for (const [count, sentBefore] of [
      ['3', '2'],
      ['7', '7'],
      ['1000000', ''],
    ] as const) {
      await used.client.hSet(state, { 'c:a-1': count });
      expect(await outcome(task, ['a-1', 3, '', sentBefore], 's')).toBe('accepted');
    }
    await used.client.hSet(state, { 'c:a-1': '8' });
    await expect(outcome(task, ['a-1', 3, '', '7'], 's', 'z')).rejects.toMatchObject(damage);
  });

  it('ends all runs with their task: those of others know that it has its end', async () => {
    const { task } = open();
    await used.client.hSet(task.state, { 'r:a-1': '', 'r:b-1': '', 'c:a-1': '3', open: '' });
    const end = defineScript(
      'end',
      `${requireRightsSource}\n${taskStateSource}\nend_task(KEYS[1], ARGV[1])`,
    );
    await new ScriptRunner(used.client).run(end, [task.state], ['a-1']);
    expect(await fields(task.state)).toEqual({ 'c:a-1': '3', 'f:b-1': 't', end: 't' });
  });

  it('asks for other runs only where it is told to', async () => {
    const { task } = open();
    await used.client.hSet(task.state, { 'r:a-1': '' });
    expect(await outcome(task, ['b-1', 1, ''], 's')).toBe('accepted');
    expect(await outcome(task, ['b-1', 1, 'ei'], 's')).toBe('busy');
    expect(await outcome(task, ['a-1', 1, 'ei'], 's')).toBe('accepted');
  });
});

describe('a damaged state', () => {
  /** What every call that reads a state does with one that is damaged, the fence last. */
  const CALLS: Readonly<Record<string, (states: RedisTaskStates, task: TaskAddress) => unknown>> = {
    begin: async (states, task) => states.begin(task, 'r-1'),
    state: async (states, task) => states.state(task),
    pause: async (states, task) => states.pause(task, 'r-1'),
    fence: async (states, task) => states.fence(task, 'r-1'),
    'request a cancel': async (states, task) => states.requestCancel(task, 'q'),
    'answer a cancel': async (states, task) => states.answerCancel(task, 'q', 'a'),
    'drop a cancel': async (states, task) => states.dropCancel(task, 'q'),
  };

  it.each(Object.entries(CALLS))(
    'of another type is told to one who tries to %s, and removed',
    async (_, call) => {
      const { states, task } = open();
      await used.client.set(task.state, 'damaged');
      await expect(call(states, task)).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'Something in Redis was damaged, and was removed.',
        detail: `Key ${JSON.stringify(task.state)} held what nothing here wrote, another type of value: that was removed.`,
      });
      expect(await used.client.exists(task.state)).toBe(0);
      await expect(call(states, task)).resolves.not.toThrow();
    },
  );

  it.each([
    ['c:r-1', 'abc'],
    ['c:r-1', '-50'],
    ['c:r-1', '1e3'],
    ['c:r-1', ''],
    // Another one more, and it would not be a number that is exact.
    ['c:r-1', '1234567890123456'],
    ['last', 'garbage'],
    ['last', '99999999999999999999999999-1'],
    ['last', '5-99999999999999999999999999'],
    ['last', '1234567890123456-1'],
    ['last', '5'],
    ['last', ''],
  ])('with %s being %j is told once, and goes on without it', async (field, value) => {
    const damaged = { 'r:r-1': '', 'c:r-1': '3', epoch: 'e', last: '7-3', [field]: value };
    const left =
      field === 'last' ? { 'r:r-1': '', 'c:r-1': '3' } : { 'r:r-1': '', epoch: 'e', last: '7-3' };
    for (const call of [CALLS['state'], CALLS['begin']]) {
      const { states, task } = open();
      await used.client.hSet(task.state, damaged);
      await expect(call?.(states, task)).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'Something in Redis was damaged, and was removed.',
        detail: `Key ${JSON.stringify(task.state)} held what nothing here wrote, field ${JSON.stringify(field)}: that was removed.`,
      });
      expect(await fields(task.state)).toEqual(left);
      await expect(call?.(states, task)).resolves.not.toThrow();
    }
  });

  it.each([
    ['while a run goes on', 't', { 'r:r-1': '', 'c:r-1': '3' }],
    ['while a run goes on, that may come back', '', { 'r:r-1': '' }],
    ['of which it says what is none', 'garbage', { 'c:r-1': '3' }],
  ])('with an end %s is told once, and goes on without it', async (_, end, others) => {
    for (const call of [CALLS['state'], CALLS['begin'], CALLS['fence']]) {
      const { states, task } = open();
      await used.client.hSet(task.state, { ...others, end });
      await expect(call?.(states, task)).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        detail: `Key ${JSON.stringify(task.state)} held what nothing here wrote, field "end": that was removed.`,
      });
      expect(await fields(task.state)).toEqual(others);
      await expect(call?.(states, task)).resolves.not.toThrow();
    }
  });

  it('with any number of counts that are damaged is told once', async () => {
    const { states, task } = open();
    const damaged = Array.from({ length: 200 }, (_, index) => [`c:x-${index}`, 'abc'] as const);
    await used.client.hSet(task.state, { 'r:r-1': '', ...Object.fromEntries(damaged) });
    await expect(states.state(task)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(await fields(task.state)).toEqual({ 'r:r-1': '' });
  });

  it('that names more runs after which the task waited than there can be forgets them', async () => {
    const { states, task } = open();
    const words = Array.from({ length: 200_000 }, (_, index) => `w${index}`).join(' ');
    await used.client.hSet(task.state, { 'r:r-1': '', paused: words, 'c:w1': '3' });
    await expect(states.pause(task, 'r-1')).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      detail: expect.stringContaining('field "paused"'),
    });
    expect(await fields(task.state)).toEqual({ 'r:r-1': '', 'c:w1': '3' });
    await states.pause(task, 'r-1');
    expect(await fields(task.state)).toEqual({ 'c:w1': '3', open: '', paused: 'r-1' });
  });

  it('that knows of half a place in a log begins that anew', async () => {
    for (const half of [{ epoch: 'e' }, { last: '7-3' }, { epoch: 'a b', last: '7-3' }]) {
      const { states, task } = open();
      await used.client.hSet(task.state, { 'r:r-1': '', ...half });
      await expect(states.state(task)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(await fields(task.state)).toEqual({ 'r:r-1': '' });
    }
  });
});
