import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppliedEvents } from './applied-events.ts';
import type { EventId } from './event-id.ts';

const eventId = fc.record({
  publisher: fc.constantFrom('a', 'b-_9'),
  counter: fc.integer({ min: 1, max: 30 }),
});
const eventIds = fc.array(eventId, { maxLength: 60 });

function appliedOf(list: readonly EventId[]): AppliedEvents {
  let applied = AppliedEvents.NONE;
  for (const each of list) applied = applied.with(each);
  return applied;
}

describe('AppliedEvents', () => {
  it('holds exactly what was added, in whatever order', () => {
    fc.assert(
      fc.property(eventIds, eventId, (list, asked) => {
        const added = list.some(
          ({ publisher, counter }) => publisher === asked.publisher && counter === asked.counter,
        );
        expect(appliedOf(list).has(asked)).toBe(added);
      }),
    );
  });

  it('is its text', () => {
    fc.assert(
      fc.property(eventIds, (list) => {
        const text = appliedOf(list).toString();
        expect(AppliedEvents.parse(text)?.toString()).toBe(text);
      }),
    );
  });

  it('unites', () => {
    fc.assert(
      fc.property(eventIds, eventIds, eventId, (some, more, asked) => {
        const united = appliedOf(some).union(appliedOf(more));
        expect(united.has(asked)).toBe(appliedOf([...some, ...more]).has(asked));
      }),
    );
  });

  it('counts exactly those that others do not hold', () => {
    fc.assert(
      fc.property(eventIds, eventIds, (some, others) => {
        const [these, those] = [appliedOf(some), appliedOf(others)];
        const beyond = some.filter((each) => !those.has(each));
        const distinct = new Set(beyond.map(({ publisher, counter }) => `${publisher} ${counter}`));
        expect(these.countBeyond(those)).toBe(distinct.size);
        expect(these.union(those).countBeyond(those)).toBe(distinct.size);
        expect(those.countBeyond(these.union(those))).toBe(0);
      }),
    );
  });

  it('needs one range for events that follow one another', () => {
    const list = [3, 1, 2, 5, 9, 8].map((counter) => ({ publisher: 'p', counter }));
    expect(appliedOf(list).toString()).toBe('p:1-3,5,8-9');
    expect(appliedOf(list).contiguous('p')).toBe(3);
    expect(appliedOf(list).contiguous('q')).toBe(0);
    expect(appliedOf([{ publisher: 'p', counter: 2 }]).contiguous('p')).toBe(0);
  });

  it.each(['p', 'p:', 'p:0', 'p:2-1', 'p:1,1', 'p:3,2', 'p:1;p:2', 'p:1;', 'p q:1', 'p:1-2-3'])(
    'does not read %j',
    (text) => {
      expect(AppliedEvents.parse(text)).toBeUndefined();
    },
  );
});
