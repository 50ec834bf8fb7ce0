import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { luaHeaderProblems } from './lua-header.ts';

const MOST_LINES = 500;

const folders = ['packages', 'tooling', 'examples'];
const all = folders.flatMap((folder) => sourceFiles(folder, ['.ts', '.mts', '.mjs', '.lua']));

test(`no source file has more than ${MOST_LINES} lines`, () => {
  const long = all.filter((path) => read(path).split('\n').length > MOST_LINES + 1);
  expect(long).toEqual([]);
});

test('modules name what they export, one by one', () => {
  const barrels = all.filter((path) => path.endsWith('.ts') && /^export \*/mu.test(read(path)));
  expect(barrels).toEqual([]);
});

test('every Lua script says in its header what it does, takes and returns', () => {
  const problems = all
    .filter((path) => path.endsWith('.lua'))
    .flatMap((path) => luaHeaderProblems(read(path)).map((problem) => `${path}: ${problem}`));
  expect(problems).toEqual([]);
});

test("only task-state.lua reads and writes the fields of a task's state", () => {
  const scripts = all.filter((path) =>
    /^packages\/(?:core\/src\/queue-manager|(?:streams|pubsub)-queue\/src)\/scripts\//u.test(path),
  );
  const ofHashes = scripts.filter((path) => /'H[A-Z]+'/u.test(read(path)));
  expect(ofHashes.map((path) => basename(path)).toSorted()).toEqual([
    // These are about the list of a replica's runs, which is another hash.
    'note-run.lua',
    'read-runs.lua',
    'task-state.lua',
  ]);
});

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
