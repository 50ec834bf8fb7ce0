import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { codeBlocks } from './code-blocks.ts';
import { typeErrors, type VirtualFile } from './type-errors.ts';

const DOCUMENTS = [
  'README.md',
  ...publicPackages().map(({ path }) => `${path}/README.md`),
  ...sourceFiles('examples', ['README.md']),
];

test('the TypeScript in the READMEs compiles against the build', () => {
  const files = DOCUMENTS.flatMap(snippets);
  expect(files.length).toBeGreaterThan(0);
  expect(typeErrors(files)).toEqual([]);
});

function snippets(document: string): readonly VirtualFile[] {
  const path = join(repositoryRoot, document);
  if (!existsSync(path)) return [];
  return codeBlocks(readFileSync(path, 'utf8'))
    .filter(({ language }) => language === 'ts')
    .map(({ code, given, line }) => ({
      // Where a module lies decides what it may import: a package's README, what the package can.
      path: path.replace('README.md', `readme-line-${line}.ts`),
      text: `${given}\n${code}\nexport {};\n`,
    }));
}
