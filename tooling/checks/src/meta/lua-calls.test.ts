import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { luaCallProblems, saysOnlyReads } from './lua-calls.ts';

const scripts = sourceFiles('packages', ['.lua']);

test('what a script should not call is told', () => {
  const script = `-- Looks up a task. Only
-- reads.
redis.call('DEL', KEYS[1])
redis.pcall('FT.SEARCH', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[2], '')
return redis.call('HGET', ARGV[1], 'a')
`;
  expect(luaCallProblems(script)).toEqual([
    'a script calls a command of a query engine',
    'DEL writes in a script that only reads',
    'FT.SEARCH writes in a script that only reads',
    'PUBLISH writes in a script that only reads',
    'HGET takes its key from ARGV',
  ]);
});

test('a script that writes may, with keys of its own', () => {
  const script = "-- Only reads.\n-- Counts.\nlocal n = redis.call('HGET', KEYS[1], ARGV[1])\n";
  expect(luaCallProblems(script)).toEqual([]);
  expect(luaCallProblems("-- Counts.\nredis.call('INCR', KEYS[1])\n")).toEqual([]);
});

test('every script calls what it may', () => {
  const problems = scripts.flatMap((path) =>
    luaCallProblems(read(path)).map((problem) => `${path}: ${problem}`),
  );
  expect(problems).toEqual([]);
});

test('what is called as a script that never writes says so in its file, and the other way round', () => {
  const declared = sourceFiles('packages', ['.ts'])
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => [
      ...read(path).matchAll(/defineScript\(\s*'([a-z-]+)',[^;]*?\{\s*writes: '([a-z]+)',?\s*\}/gu),
    ])
    .filter(([, , writes]) => writes === 'never')
    .map(([, name = '']) => name);
  const said = scripts
    .filter((path) => saysOnlyReads(read(path)))
    .map((path) => basename(path, '.lua'))
    // A part of others.
    .filter((name) => name !== 'json-record');
  expect(declared.toSorted()).toEqual(said.toSorted());
});

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
