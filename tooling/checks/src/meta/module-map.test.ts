import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { compareModuleMap } from './module-map.ts';

test("docs/architecture.md names every module of the packages' source, and no other", () => {
  const modules = publicPackages()
    .flatMap(({ path }) => sourceFiles(`${path}/src`, ['.ts']))
    .filter((path) => !/\.test(?:-d)?\.ts$/u.test(path));
  const document = readFileSync(join(repositoryRoot, 'docs/architecture.md'), 'utf8');
  expect(compareModuleMap(document, modules)).toEqual({ missing: [], extra: [], unclear: [] });
});

test('a difference is told', () => {
  const document = `
| module | purpose |
| --- | --- |
| \`packages/core/src/a.ts\` | One thing |
| \`packages/core/src/gone.ts\` | Another |
| \`packages/core/src/b.ts\` | |
`;
  const files = ['a', 'b', 'new'].map((name) => `packages/core/src/${name}.ts`);
  expect(compareModuleMap(document, files)).toEqual({
    missing: ['packages/core/src/new.ts'],
    extra: ['packages/core/src/gone.ts'],
    unclear: ['packages/core/src/b.ts'],
  });
});
