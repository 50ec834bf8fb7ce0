import { TaskEvents } from '@a2a-redis/core/task-store';
import { describe, expect, test } from 'vitest';

import { eventOperations, eventsText, readEvents } from './document-events.ts';

describe('the operations on events', () => {
  test('are none where no events changed', () => {
    expect(eventOperations()).toEqual([]);
    expect(eventOperations([])).toEqual([]);
  });

  test('set and remove one publisher each, in an object that is there', () => {
    expect(
      eventOperations([
        ['0f-1', '1-3'],
        ['__proto__', '2 [[2,-1,[],[["a\\"\uFFFF",0,0,[]]]]]'],
        ['-', null],
      ]),
    ).toEqual([
      ['JSON.SET', '$._store.events', '{}', 'NX'],
      ['JSON.SET', '$._store.events["0f-1"]', '"1-3"'],
      [
        'JSON.SET',
        '$._store.events["__proto__"]',
        '"2 [[2,-1,[],[[\\"a\\\\\\"\uFFFFffff\\",0,0,[]]]]]"',
      ],
      ['JSON.DEL', '$._store.events["-"]'],
    ]);
  });

  test.each(['', 'a"]', 'a.b', '*', 'a b', 'a\n', 'é', '$', "'"])(
    'never name a place that is not a publisher: %j',
    (publisher) => {
      for (const text of ['1', null]) {
        expect(() => eventOperations([[publisher, text]])).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        );
      }
      expect(() => eventsText([[publisher, '1']])).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );
});

describe('the events of a document', () => {
  test('are an object where it is written anew', () => {
    expect(eventsText()).toBeUndefined();
    expect(eventsText([])).toBeUndefined();
    expect(
      eventsText([
        ['p-1', '1-3'],
        ['__proto__', '2\uFFFF'],
      ]),
    ).toBe('{"p-1":"1-3","__proto__":"2\uFFFFffff"}');
  });

  const read = (stored: unknown): TaskEvents | undefined =>
    readEvents(stored, (path, problem) => new Error(`${path}: ${problem}`));

  test('are read as they were written', () => {
    const texts = {
      p: '1-57,60 [[60,-1,["status"],[]]]',
      'q-2': '1',
      ['__proto__']: '3 [[3,-1,[],[]]]',
    };
    expect(read(texts)?.changesFrom(TaskEvents.NONE)).toEqual(Object.entries(texts));
  });

  test('are none where nothing is stored, or no publisher', () => {
    expect(read(undefined)).toBeUndefined();
    expect(read({})).toBeUndefined();
  });

  test.each([
    [null, '$._store.events: not a JSON object'],
    ['1', '$._store.events: not a JSON object'],
    [['1'], '$._store.events: not a JSON object'],
    [{ 'p:1;q': '2' }, '$._store.events: not the name of a publisher'],
    [{ '': '1' }, '$._store.events: not the name of a publisher'],
    [{ p: 1 }, '$._store.events["p"]: not the events of a publisher'],
    [{ p: '1', q: '' }, '$._store.events["q"]: not the events of a publisher'],
    [{ p: '3-2' }, '$._store.events["p"]: not the events of a publisher'],
  ])('are refused where they are something else: %j', (stored, problem) => {
    expect(() => read(stored)).toThrow(new Error(problem));
  });
});
