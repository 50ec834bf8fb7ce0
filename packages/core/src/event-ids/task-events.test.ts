import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TaskEvents, type PlaceRevision } from './task-events.ts';
import type { EventId } from './event-id.ts';
import type { LateArtifactPlace, LateEventPlace } from './late-event-place.ts';

type Note = Omit<LateEventPlace, 'first'>;

const index = fc.option(fc.nat(99), { nil: undefined });
const fields = fc.uniqueArray(fc.constantFrom('status', 'name', 'metadata.k 1', 'metadata.é'), {
  maxLength: 3,
});
const artifactPlace: fc.Arbitrary<LateArtifactPlace> = fc.record({
  at: index,
  isReplaced: fc.boolean(),
  isCreated: fc.boolean(),
  fields,
});
const note: fc.Arbitrary<Note> = fc.record({
  messageAt: index,
  fields,
  artifacts: fc
    .array(fc.tuple(fc.constantFrom('a', 'b c', '__proto__'), artifactPlace), { maxLength: 2 })
    .map((entries) => new Map(entries)),
});
const steps = fc.array(
  fc.record({
    eventId: fc.record({
      publisher: fc.constantFrom('p', 'q-_1'),
      counter: fc.integer({ min: 1, max: 12 }),
    }),
    note,
  }),
  { maxLength: 20 },
);

const nothing: Note = { fields: [], artifacts: new Map() };
const p = (counter: number): EventId => ({ publisher: 'p', counter });

function taskEventsOf(
  list: readonly { readonly eventId: EventId; readonly note: Note }[],
): TaskEvents {
  let taskEvents = TaskEvents.NONE;
  for (const step of list) taskEvents = taskEvents.with(step.eventId, () => step.note);
  return taskEvents;
}

function stored(entries: readonly (readonly [string, string | null])[]): TaskEvents | undefined {
  let taskEvents: TaskEvents | undefined = TaskEvents.NONE;
  for (const [publisher, text] of entries)
    taskEvents = taskEvents?.withStored(publisher, text ?? '');
  return taskEvents;
}

describe('TaskEvents', () => {
  it('is what it writes, publisher by publisher', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const taskEvents = taskEventsOf(list);
        const entries = taskEvents.changesFrom(TaskEvents.NONE);
        const read = stored(entries);
        expect(read?.changesFrom(TaskEvents.NONE)).toEqual(entries);
        expect(read?.changesFrom(taskEvents)).toEqual([]);
        for (const { eventId } of list)
          expect(read?.after(eventId)).toEqual(taskEvents.after(eventId));
      }),
    );
  });

  it('writes only the publishers of which something changed', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [from, to] = [taskEventsOf(before), taskEventsOf([...before, ...after])];
        const fromTexts = new Map(from.changesFrom(TaskEvents.NONE));
        const toTexts = to.changesFrom(TaskEvents.NONE);
        expect(to.changesFrom(from)).toEqual(
          toTexts.filter(([publisher, text]) => fromTexts.get(publisher) !== text),
        );
        expect(TaskEvents.NONE.changesFrom(to)).toEqual(
          toTexts.map(([publisher]) => [publisher, null]),
        );
      }),
    );
  });

  it('notes nothing while events follow one another, and nothing of a gap that is closed', () => {
    let asked = 0;
    const noteOf = (): Note => {
      asked += 1;
      return nothing;
    };
    let taskEvents = TaskEvents.NONE.with(p(1), noteOf).with(p(2), noteOf);
    expect([asked, taskEvents.hasPlaces]).toEqual([0, false]);
    taskEvents = taskEvents.with(p(4), noteOf);
    expect([asked, taskEvents.hasPlaces]).toEqual([1, true]);
    taskEvents = taskEvents.with(p(3), noteOf);
    expect([asked, taskEvents.hasPlaces]).toEqual([1, false]);
    expect(taskEvents.changesFrom(TaskEvents.NONE)).toEqual([['p', '1-4']]);
  });

  it('tells what all later events did, and only those', () => {
    const at = (part: number, changes: Partial<LateArtifactPlace> = {}): Note => ({
      messageAt: part + 100,
      fields: [`metadata.${part}`],
      artifacts: new Map([
        ['a', { at: part, isReplaced: false, isCreated: false, fields: [], ...changes }],
      ]),
    });
    const taskEvents = taskEventsOf([
      { eventId: p(3), note: at(1) },
      { eventId: p(4), note: at(2, { isCreated: true, fields: ['name'] }) },
      { eventId: p(8), note: at(5, { isReplaced: true }) },
      { eventId: { publisher: 'q', counter: 9 }, note: at(0) },
    ]);
    expect(taskEvents.after(p(9))).toBeUndefined();
    expect(taskEvents.after(p(6))).toMatchObject({ messageAt: 105, fields: ['metadata.5'] });
    expect(taskEvents.after(p(2))).toEqual({
      first: 3,
      isComplete: true,
      messageAt: 101,
      fields: ['metadata.1', 'metadata.2', 'metadata.5'],
      artifacts: new Map([['a', { at: 1, isReplaced: true, isCreated: true, fields: ['name'] }]]),
    });
  });

  it('gives up the oldest notes when there are too many, and says so', () => {
    let taskEvents = TaskEvents.NONE;
    for (let counter = 3; counter < 1003; counter += 2)
      taskEvents = taskEvents.with(p(counter), () => nothing);
    expect(taskEvents.after(p(2))?.isComplete).toBe(false);
    expect(taskEvents.after(p(1001 - 2 * 256))?.isComplete).toBe(true);
    expect(taskEvents.after(p(1001 - 2 * 257))?.isComplete).toBe(false);
    // What joins a run of which the note is gone does not pass for all of it.
    expect(taskEvents.with(p(4), () => nothing).after(p(2))?.isComplete).toBe(false);
    const keys = Array.from({ length: 300 }, (_, key) => `metadata.${key}`);
    const large = TaskEvents.NONE.with(p(3), () => ({ ...nothing, fields: keys }));
    expect(large.hasPlaces).toBe(false);
    expect(large.after(p(2))?.isComplete).toBe(false);
  });

  it('follows what moves', () => {
    const revision: PlaceRevision = {
      message: (at) => (at === 7 ? undefined : at + 1),
      artifact: (publisher, id, each) => ({ ...each, fields: [publisher, id] }),
    };
    const artifacts = new Map([['a', { at: 1, isReplaced: false, isCreated: false, fields: [] }]]);
    const taskEvents = taskEventsOf([
      { eventId: p(2), note: { messageAt: 7, fields: [], artifacts } },
      { eventId: p(4), note: { messageAt: 8, fields: [], artifacts: new Map() } },
    ]).revised(revision);
    expect(taskEvents.changesFrom(TaskEvents.NONE)).toEqual([
      ['p', '2,4 [[2,-1,[],[["a",1,0,["p","a"]]]],[4,9,[],[]]]'],
    ]);
  });

  it.each([
    ['p', ''],
    ['p', '2-1'],
    ['p', '1;q:1'],
    ['p q', '1'],
    ['p', '1 '],
    ['p', '1 {}'],
    ['p', '1 [[1]]'],
    ['p', '1 [[1,-1,[],[["a",0,0]]]]'],
    ['p', '1 [[1,-2,[],[]]]'],
    ['p', '1 [[1,-1,[5],[]]]'],
    ['p', '1 [[1,-1,[],[[5,0,0,[]]]]]'],
  ])('does not read %j: %j', (publisher, text) => {
    expect(TaskEvents.NONE.withStored(publisher, text)).toBeUndefined();
  });
});
