import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EventLedger, type NoteRevision } from './event-ledger.ts';
import type { EventMark } from './event-mark.ts';
import type { ArtifactNote, EventNote } from './event-note.ts';

type Note = Omit<EventNote, 'first'>;

const index = fc.option(fc.nat(99), { nil: undefined });
const fields = fc.uniqueArray(fc.constantFrom('status', 'name', 'metadata.k 1', 'metadata.é'), {
  maxLength: 3,
});
const artifactNote: fc.Arbitrary<ArtifactNote> = fc.record({
  at: index,
  isReplaced: fc.boolean(),
  isCreated: fc.boolean(),
  fields,
});
const note: fc.Arbitrary<Note> = fc.record({
  messageAt: index,
  fields,
  artifacts: fc
    .array(fc.tuple(fc.constantFrom('a', 'b c', '__proto__'), artifactNote), { maxLength: 2 })
    .map((entries) => new Map(entries)),
});
const steps = fc.array(
  fc.record({
    mark: fc.record({
      publisher: fc.constantFrom('p', 'q-_1'),
      counter: fc.integer({ min: 1, max: 12 }),
    }),
    note,
  }),
  { maxLength: 20 },
);

const nothing: Note = { fields: [], artifacts: new Map() };
const p = (counter: number): EventMark => ({ publisher: 'p', counter });

function ledgerOf(list: readonly { readonly mark: EventMark; readonly note: Note }[]): EventLedger {
  let ledger = EventLedger.NONE;
  for (const step of list) ledger = ledger.with(step.mark, () => step.note);
  return ledger;
}

function stored(entries: readonly (readonly [string, string | null])[]): EventLedger | undefined {
  let ledger: EventLedger | undefined = EventLedger.NONE;
  for (const [publisher, text] of entries) ledger = ledger?.withStored(publisher, text ?? '');
  return ledger;
}

describe('EventLedger', () => {
  it('is what it writes, publisher by publisher', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const ledger = ledgerOf(list);
        const entries = ledger.changesFrom(EventLedger.NONE);
        const read = stored(entries);
        expect(read?.changesFrom(EventLedger.NONE)).toEqual(entries);
        expect(read?.changesFrom(ledger)).toEqual([]);
        for (const { mark } of list) expect(read?.after(mark)).toEqual(ledger.after(mark));
      }),
    );
  });

  it('writes only the publishers of which something changed', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [from, to] = [ledgerOf(before), ledgerOf([...before, ...after])];
        const fromTexts = new Map(from.changesFrom(EventLedger.NONE));
        const toTexts = to.changesFrom(EventLedger.NONE);
        expect(to.changesFrom(from)).toEqual(
          toTexts.filter(([publisher, text]) => fromTexts.get(publisher) !== text),
        );
        expect(EventLedger.NONE.changesFrom(to)).toEqual(
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
    let ledger = EventLedger.NONE.with(p(1), noteOf).with(p(2), noteOf);
    expect([asked, ledger.hasNotes]).toEqual([0, false]);
    ledger = ledger.with(p(4), noteOf);
    expect([asked, ledger.hasNotes]).toEqual([1, true]);
    ledger = ledger.with(p(3), noteOf);
    expect([asked, ledger.hasNotes]).toEqual([1, false]);
    expect(ledger.changesFrom(EventLedger.NONE)).toEqual([['p', '1-4']]);
  });

  it('tells what all later events did, and only those', () => {
    const at = (part: number, changes: Partial<ArtifactNote> = {}): Note => ({
      messageAt: part + 100,
      fields: [`metadata.${part}`],
      artifacts: new Map([
        ['a', { at: part, isReplaced: false, isCreated: false, fields: [], ...changes }],
      ]),
    });
    const ledger = ledgerOf([
      { mark: p(3), note: at(1) },
      { mark: p(4), note: at(2, { isCreated: true, fields: ['name'] }) },
      { mark: p(8), note: at(5, { isReplaced: true }) },
      { mark: { publisher: 'q', counter: 9 }, note: at(0) },
    ]);
    expect(ledger.after(p(9))).toBeUndefined();
    expect(ledger.after(p(6))).toMatchObject({ messageAt: 105, fields: ['metadata.5'] });
    expect(ledger.after(p(2))).toEqual({
      first: 3,
      isComplete: true,
      messageAt: 101,
      fields: ['metadata.1', 'metadata.2', 'metadata.5'],
      artifacts: new Map([['a', { at: 1, isReplaced: true, isCreated: true, fields: ['name'] }]]),
    });
  });

  it('gives up the oldest notes when there are too many, and says so', () => {
    let ledger = EventLedger.NONE;
    for (let counter = 3; counter < 1003; counter += 2)
      ledger = ledger.with(p(counter), () => nothing);
    expect(ledger.after(p(2))?.isComplete).toBe(false);
    expect(ledger.after(p(1001 - 2 * 256))?.isComplete).toBe(true);
    expect(ledger.after(p(1001 - 2 * 257))?.isComplete).toBe(false);
    // What joins a run of which the note is gone does not pass for all of it.
    expect(ledger.with(p(4), () => nothing).after(p(2))?.isComplete).toBe(false);
    const keys = Array.from({ length: 300 }, (_, key) => `metadata.${key}`);
    const large = EventLedger.NONE.with(p(3), () => ({ ...nothing, fields: keys }));
    expect(large.hasNotes).toBe(false);
    expect(large.after(p(2))?.isComplete).toBe(false);
  });

  it('follows what moves', () => {
    const revision: NoteRevision = {
      message: (at) => (at === 7 ? undefined : at + 1),
      artifact: (publisher, id, each) => ({ ...each, fields: [publisher, id] }),
    };
    const artifacts = new Map([['a', { at: 1, isReplaced: false, isCreated: false, fields: [] }]]);
    const ledger = ledgerOf([
      { mark: p(2), note: { messageAt: 7, fields: [], artifacts } },
      { mark: p(4), note: { messageAt: 8, fields: [], artifacts: new Map() } },
    ]).revised(revision);
    expect(ledger.changesFrom(EventLedger.NONE)).toEqual([
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
    expect(EventLedger.NONE.withStored(publisher, text)).toBeUndefined();
  });
});
