import { describe, expect, test } from 'vitest';

import { requirePath, requireWritablePath } from './json-path.ts';

const expected = { name: 'A2ARedisError', code: 'INVALID_ARGUMENT' };

describe('a path that is read', () => {
  test.each(['$', '$.a', '$..a', '$["a"]', '$.a[?(@.b>1)]'])('%s is taken', (path) => {
    expect(requirePath(path)).toBe(path);
  });

  test.each([
    ['a'],
    ['.a'],
    [''],
    [undefined],
    [5],
    ['$\uD800'],
    [`$.${'a'.repeat(10_000)}`],
    ['$.a\u0000'],
    ['$.a\n'],
    ['$["a\u001F"]'],
    ['$.a\u007F'],
  ])('%j is refused', (path) => {
    expect(() => requirePath(path)).toThrow(expect.objectContaining(expected));
  });
});

describe('a path that is written to', () => {
  test('is brought into one form', () => {
    const whole = { last: 'a b', depth: 3, root: undefined, makes: undefined };
    for (const path of ["$.metadata.x['a b']", '$["metadata"][ "x" ]["a b"]']) {
      expect(requireWritablePath(path)).toEqual({
        ...whole,
        path: '$["metadata"]["x"]["a b"]',
        holders: ['$["metadata"]["x"]'],
      });
    }
  });

  test('tells what holds it, and what may be made', () => {
    expect(requireWritablePath('$.metadata')).toEqual({
      path: '$["metadata"]',
      holders: ['$'],
      last: 'metadata',
      depth: 1,
      root: 'metadata',
      makes: undefined,
    });
    expect(requireWritablePath('$.artifacts[3].metadata.key')).toEqual({
      path: '$["artifacts"][3]["metadata"]["key"]',
      holders: ['$["artifacts"][3]["metadata"]', '$["artifacts"][3]'],
      last: 'key',
      depth: 4,
      root: undefined,
      makes: '$["artifacts"][3]["metadata"]',
    });
    expect(requireWritablePath('$.history[0].parts[10].data[2]')).toMatchObject({
      holders: ['$["history"][0]["parts"][10]["data"]'],
      last: 2,
      root: undefined,
      makes: undefined,
    });
    expect(requireWritablePath('$.status.message.parts[0].data')).toMatchObject({ root: 'data' });
  });

  test('a position in metadata makes nothing', () => {
    expect(requireWritablePath('$.metadata[0]')).toMatchObject({ last: 0, makes: undefined });
  });

  test.each([
    '$',
    '$.id',
    '$.contextId',
    '$.status',
    '$.status.state',
    '$.status.message',
    '$.artifacts',
    '$.artifacts[0]',
    '$.artifacts[0].parts',
    '$.artifacts[0].parts[0].text',
    '$.artifacts.metadata',
    '$.artifacts["0"].metadata',
    '$._store',
    '$._store.metadata',
    '$.metadata[*]',
    '$.metadata.*',
    '$..metadata',
    '$.metadata[-1]',
    '$.metadata[01]',
    '$.metadata[0,1]',
    '$.metadata[0:1]',
    '$.metadata[?(@.a)]',
    '$.metadata.',
    '$.metadata[a]',
    '$metadata',
    '$.metadata["a"',
    '$.metadata["a"]x',
    '$.metadata[""]',
    "$.metadata['a\"b']",
    '$.metadata["a\'b"]',
    '$.metadata["a\\b"]',
    '$.metadata["a\0b"]',
    '$.metadata["￿"]',
  ])('%s is refused', (path) => {
    expect(() => requireWritablePath(path)).toThrow(expect.objectContaining(expected));
  });
});
