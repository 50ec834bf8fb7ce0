import { expect, test } from 'vitest';

import { luaHeaderProblems } from './lua-header.ts';

test('a whole header has no problems', () => {
  const script = `-- Counts up to a limit.
--
-- KEYS[1]  the counter
-- ARGV[1]  the limit
-- Returns the new count, or nil at the limit.
local count = redis.call('INCR', KEYS[1])
return count <= tonumber(ARGV[1]) and count or nil
`;
  expect(luaHeaderProblems(script)).toEqual([]);
});

test('what a header leaves out is told', () => {
  expect(luaHeaderProblems("return redis.call('GET', KEYS[2])\n")).toEqual([
    'the header does not begin with what the script is for',
    'the header does not say what it returns',
    'the header has no KEYS',
    'the header does not document KEYS[2]',
  ]);
});
