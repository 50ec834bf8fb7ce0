import { type Task, TaskState } from '@a2a-js/sdk';
import { describe, expect, it } from 'vitest';

import { earlierTask, message, part } from '../../../test/event-arbitraries.ts';
import { TaskEvents } from '../../event-ids/task-events.ts';
import type { SavedEvent } from '../merge/saved-event.ts';
import { NO_RECORD } from '../records/snapshot-cache.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import {
  firstAttempt,
  type IntendedWrite,
  isStored,
  isTakenBack,
  nextAttempt,
  NO_VERSION,
} from './write-attempt.ts';

const event: SavedEvent = { eventId: { publisher: 'p', counter: 1 }, kind: 'status' };
const applied = TaskEvents.NONE.with(event.eventId, () => ({ fields: [], artifacts: new Map() }));

const stored: TaskSnapshot = snapshotOf(earlierTask);
const identified: TaskSnapshot = { ...stored, events: applied };

function withChunk(snapshot: TaskSnapshot, text = 'chunk'): TaskSnapshot {
  const task: Task = taskOf(snapshot);
  task.artifacts[0]?.parts.push(part(text));
  return snapshotOf(task, snapshot);
}

function write(
  fields: Partial<IntendedWrite>,
  base?: Partial<IntendedWrite['base']>,
): IntendedWrite {
  const known = { version: '5', snapshot: stored, loaded: true, tried: [], ...base };
  return { mine: withChunk(stored), base: known, onConflict: 'merge', ...fields };
}

const eventsOf = (snapshot: TaskSnapshot): unknown => snapshot.events?.changesFrom(TaskEvents.NONE);
const textsOf = (snapshot: TaskSnapshot): unknown =>
  taskOf(snapshot).artifacts[0]?.parts.map(({ content }) => content?.value);

describe('a write to what a failover took back', () => {
  const before = { version: '4', snapshot: stored };

  it('keeps what it started from', () => {
    const base = withChunk(stored, 'lost');
    const mine = withChunk(base, 'mine');
    const { target, from, expected } = nextAttempt(write({ mine }, { snapshot: base }), before);
    expect([textsOf(target), from, expected]).toEqual([['old', 'lost', 'mine'], stored, '4']);
  });

  it('keeps what others wrote since, on a server whose clock is behind', () => {
    const base = withChunk(stored, 'lost');
    const mine = withChunk(base, 'mine');
    const theirs = { version: '4', snapshot: withEvents(withChunk(stored, 'theirs')) };
    const { target } = nextAttempt(write({ mine }, { snapshot: base }), theirs);
    expect(textsOf(target)).toEqual(['old', 'theirs', 'mine']);
  });
});

describe('a write to what seems to be taken back', () => {
  const base = withChunk(stored, 'lost');
  const mine = withChunk(base, 'mine');

  it('leaves artifacts that it does not know', () => {
    const listed = { ...stored, artifacts: [] };
    const partial = write({ mine: listed }, { version: '5', snapshot: listed, isPartial: true });
    const { target } = nextAttempt(partial, { version: '4', snapshot: stored });
    expect(textsOf(target)).toEqual(['old']);
  });

  it('leaves a task in its terminal state', () => {
    const status = { state: TaskState.TASK_STATE_CANCELED, message: undefined, timestamp: '' };
    const ended = snapshotOf({ ...taskOf(stored), status });
    const later = { version: '5', snapshot: base };
    expect(isTakenBack({ version: '4', snapshot: ended }, later)).toBe(false);
    expect(isTakenBack({ version: '4', snapshot: stored }, later)).toBe(true);
    const { target } = nextAttempt(write({ mine }, { snapshot: base }), {
      version: '4',
      snapshot: ended,
    });
    expect(target.status).toEqual(ended.status);
  });

  it('keeps what others added to an artifact, or another artifact', () => {
    const theirs = withChunk(withChunk(stored, 'theirs'), 'more');
    const later = { version: '5', snapshot: base };
    expect(isTakenBack({ version: '4', snapshot: theirs }, later)).toBe(false);
    expect(isTakenBack({ version: '', snapshot: stored }, later)).toBe(false);
  });
});

describe('a write from what is no version of the record', () => {
  it('keeps what is stored', () => {
    const mine = withChunk(stored, 'mine');
    const theirs = { version: '4', snapshot: withChunk(stored, 'theirs') };
    const { target } = nextAttempt(write({ mine }, { version: NO_VERSION }), theirs);
    expect(textsOf(target)).toEqual(['old', 'theirs', 'mine']);
  });
});

describe('a write without an event', () => {
  it('keeps the events of what it started from', () => {
    const { target, merged } = firstAttempt(
      write({ mine: withChunk(identified) }, { snapshot: identified }),
      undefined,
    );
    expect([eventsOf(target), textsOf(target), merged]).toEqual([
      [['p', '1']],
      ['old', 'chunk'],
      false,
    ]);
  });

  it('keeps the events of what is stored when it is merged', () => {
    const attempt = nextAttempt(write({}), { version: '6', snapshot: withEvents(stored) });
    expect([eventsOf(attempt.target), attempt.merged]).toEqual([[['p', '1']], true]);
  });

  it('asks what is stored where it only knows that there are events', () => {
    const { expected } = firstAttempt(
      write({}, { snapshot: undefined, identified: true }),
      undefined,
    );
    expect(expected).toBe(NO_VERSION);
    expect(firstAttempt(write({}, { snapshot: undefined }), undefined).expected).toBe('5');
  });

  it('overwrites the events of a task that it knows nothing of', () => {
    const attempt = firstAttempt(write({ base: undefined }), undefined);
    expect([attempt.expected, attempt.from, eventsOf(attempt.target)]).toEqual([
      '',
      undefined,
      undefined,
    ]);
  });
});

describe('a write with an event', () => {
  it('is known to be stored without asking, where what it started from holds the event', () => {
    const intended = write({ event }, { snapshot: identified });
    const attempt = firstAttempt(intended, undefined);
    expect(isStored(intended, attempt)).toBe(true);
    expect([attempt.expected, attempt.target]).toEqual(['5', identified]);
  });

  it('is known to be stored where what this process read since holds the event', () => {
    const intended = write({ event });
    const latest = { version: '6', snapshot: withEvents(stored) };
    const attempt = firstAttempt(intended, latest);
    expect(isStored(intended, attempt)).toBe(true);
    expect(attempt.target).toBe(latest.snapshot);
  });

  it('is found to be stored after a conflict', () => {
    const intended = write({ event });
    const first = firstAttempt(intended, undefined);
    expect([isStored(intended, first), eventsOf(first.target)]).toEqual([false, [['p', '1']]]);
    const theirs = withEvents(stored);
    const next = nextAttempt(intended, { version: '6', snapshot: theirs });
    expect(isStored(intended, next)).toBe(true);
    expect(next.target).toBe(theirs);
  });

  it('asks what is stored where it has no snapshot of what it started from', () => {
    const intended = write({ event }, { snapshot: undefined });
    const first = firstAttempt(intended, undefined);
    expect([first.expected, isStored(intended, first)]).toEqual([NO_VERSION, false]);
    const next = nextAttempt(intended, { version: '5', snapshot: identified });
    expect(isStored(intended, next)).toBe(true);
  });

  it('records the event where there was no task, and where it overwrites one', () => {
    const none = { version: NO_RECORD, snapshot: undefined };
    for (const intended of [write({ event }, none), write({ event, base: undefined })]) {
      const { target, from, merged } = firstAttempt(intended, undefined);
      expect([eventsOf(target), from, merged]).toEqual([[['p', '1']], undefined, false]);
      expect(target.artifacts).toBe(intended.mine.artifacts);
    }
  });

  it('records the event where the task is gone', () => {
    const { expected, target } = nextAttempt(write({ event }), undefined);
    expect([expected, eventsOf(target)]).toEqual([NO_RECORD, [['p', '1']]]);
  });

  it('stores what came after an earlier attempt that got no reply and was applied', () => {
    const lost = withChunk(stored, 'lost');
    const tried = [{ writeId: 'w:1', snapshot: lost, applied: true }];
    const intended = write({ event, mine: withChunk(lost, 'more') }, { tried });
    const theirs = { ...lost, events: applied };
    const attempt = nextAttempt(intended, { version: '6', snapshot: theirs });
    expect(textsOf(attempt.target)).toEqual(['old', 'lost', 'more']);
    expect(eventsOf(attempt.target)).toEqual([['p', '1']]);
  });

  it('is merged with what others wrote, and says so', () => {
    const theirs = taskOf(stored);
    theirs.history.push(message('theirs'));
    const snapshot = snapshotOf(theirs, stored);
    const attempt = nextAttempt(write({ event }), { version: '6', snapshot });
    expect(attempt.target.history.length).toBe(2);
    expect([textsOf(attempt.target), attempt.merged]).toEqual([['old', 'chunk'], true]);
  });
});

function withEvents(snapshot: TaskSnapshot): TaskSnapshot {
  return { ...snapshot, events: applied };
}
