import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { circles, documentedImports, folderImports, moduleGraph } from './module-graph.ts';

const CORE = 'packages/core/src';
/** About a dozen; the client utilities for applications are one thing. */
const MOST_FILES = 14;
const LARGER: ReadonlyMap<string, number> = new Map([['client', 18]]);

const graph = moduleGraph(
  publicPackages()
    .flatMap(({ path }) => sourceFiles(`${path}/src`, ['.ts']))
    .filter((path) => !/\.test(?:-d)?\.ts$/u.test(path))
    .map((path) => ({ path, text: read(path) })),
);
const core = new Map([...graph].filter(([module]) => module.startsWith(`${CORE}/`)));

test('no module imports itself by way of others', () => {
  expect(circles(graph)).toEqual([]);
});

test('the folders of core import what docs/architecture.md says, and nothing else', () => {
  const { '': _entries, ...folders } = Object.fromEntries(folderImports(core, CORE));
  const documented = documentedImports(read('docs/architecture.md'));
  expect(folders).toEqual(Object.fromEntries(documented));
  expect(circles(documented)).toEqual([]);
});

test('no folder of core has more modules than one can take in', () => {
  const sizes = new Map<string, number>();
  for (const module of core.keys()) {
    const folder = module.slice(CORE.length + 1).replace(/\/?[^/]+$/u, '');
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  const large = [...sizes].filter(([name, size]) => size > (LARGER.get(name) ?? MOST_FILES));
  expect(large).toEqual([]);
});

test('finds circles, of types and re-exports too', () => {
  const files = [
    { path: 'p/src/a.ts', text: "import { b } from './b/b.ts';\nimport 'node:fs';" },
    { path: 'p/src/b/b.ts', text: "export { c } from './c.ts';" },
    { path: 'p/src/b/c.ts', text: "import type { A } from '../a.ts';\nimport lua from './x.lua';" },
    { path: 'p/src/d.ts', text: "import { a } from './a.ts';" },
  ];
  const found = moduleGraph(files);
  expect(circles(found)).toEqual([['p/src/a.ts', 'p/src/b/b.ts', 'p/src/b/c.ts']]);
  expect(Object.fromEntries(folderImports(found, 'p/src'))).toEqual({ '': ['b'], b: [''] });
});

test('reads which folders may be imported', () => {
  const rows =
    '| folder | purpose | imports |\n| --- | --- | --- |\n| `a/` | One | `b/c/`, `d/` |\n';
  expect(Object.fromEntries(documentedImports(`${rows}| \`d/\` | Two | |\n`))).toEqual({
    a: ['b/c', 'd'],
    d: [],
  });
});

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
