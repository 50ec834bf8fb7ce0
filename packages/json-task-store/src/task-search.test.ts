import { describe, expect, test } from 'vitest';

import { escapeTag, foundTasks, searchArguments } from './task-search.ts';

const SCOPE = { tenant: 'acme', owner: 'ann@host.example' };
const MINE = String.raw`@scope:{acme\:ann\@host\.example}`;

describe('a query', () => {
  test('is put into a group of its own, beside the scope', () => {
    expect(searchArguments(SCOPE, ' a | b ', {})).toEqual({
      asked: `${MINE} (a | b)`,
      mine: MINE,
      page: ['0', '10'],
      sorting: [],
    });
    const page = { offset: 20, limit: 5, sortBy: 'timestamp', descending: true } as const;
    expect(searchArguments(SCOPE, '*', page)).toEqual({
      asked: MINE,
      mine: MINE,
      page: ['20', '5'],
      sorting: ['SORTBY', 'timestamp', 'DESC'],
    });
  });

  test.each([
    '(a) | (b)',
    '@state:{TASK_STATE_WORKING} -b',
    String.raw`\) a`,
    '") | ("',
    String.raw`"a \") b"`,
    '@timestamp:[0 5]',
  ])('%s is taken', (query) => {
    expect(searchArguments(SCOPE, query, {}).asked).toBe(`${MINE} (${query})`);
  });

  test.each([
    [') | (*'],
    ['a) | (b'],
    ['('],
    ['{)'],
    ['"a'],
    ["w'a)' | ("],
    ["a'"],
    ['a\\'],
    [String.raw`"\"`],
    [''],
    [' '],
    [5],
    ['\uD800'],
  ])('%j is refused', (query) => {
    expect(() => searchArguments(SCOPE, query as string, {})).toThrow(
      expect.objectContaining({ name: 'A2ARedisError', code: 'INVALID_ARGUMENT' }),
    );
  });

  test.each([
    [{ offset: -1 }],
    [{ limit: 1.5 }],
    [{ sortBy: 'id) (' }],
    [{ descending: 1 }],
    [{ size: 1 }],
  ])('the options %j are refused by name', (options) => {
    const [name = ''] = Object.keys(options);
    expect(() => searchArguments(SCOPE, '*', options as object)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`"${name}"`),
      }),
    );
  });

  test('every sign that means something in a tag is escaped', () => {
    expect(escapeTag('a_1é:%3A~-+@.|{}*"\'\\ ')).toBe(
      String.raw`a_1é\:\%3A\~\-\+\@\.\|\{\}\*\"\'\\\ `,
    );
  });
});

test('the reply of a search holds a total, then key and fields in turn', () => {
  expect(
    foundTasks([3, 'k1', ['id', 'a'], 'k2', ['x', 'y', 'id', 'b\uFFFFffff'], 'k3', []]),
  ).toEqual({
    totalSize: 3,
    found: [
      { key: 'k1', taskId: 'a' },
      { key: 'k2', taskId: 'b\uFFFF' },
      { key: 'k3', taskId: '' },
    ],
  });
  expect(foundTasks([0])).toEqual({ totalSize: 0, found: [] });
});

test('under RESP3 it is a map', () => {
  const reply = {
    attributes: [],
    total_results: 3,
    results: [
      { id: 'k1', extra_attributes: { id: 'a' }, values: [] },
      { id: 'k2', extra_attributes: {}, values: [] },
    ],
    warning: [],
  };
  expect(foundTasks(reply)).toEqual({
    totalSize: 3,
    found: [
      { key: 'k1', taskId: 'a' },
      { key: 'k2', taskId: '' },
    ],
  });
  expect(foundTasks({ total_results: 0, results: [] })).toEqual({ totalSize: 0, found: [] });
});

test('keys are told without what the client puts before them', () => {
  expect(foundTasks([1, 'app:k1', ['id', 'a']], 'app:').found).toEqual([
    { key: 'k1', taskId: 'a' },
  ]);
  expect(foundTasks([1, 'k1', ['id', 'a']], 'app:').found).toEqual([{ key: 'k1', taskId: 'a' }]);
});
