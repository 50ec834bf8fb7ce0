import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { typedFolders } from '../workspace/typed-folders.ts';

/** What a file does to its process, or asks of it, that others in the same process would notice or falsify. */
const NEEDS_OWN_PROCESS =
  /\bvi\.(?:mock|doMock|hoisted|resetModules)\(|getActiveResourcesInfo\(\)/u;

test('a file that replaces modules or counts open handles has a process to itself', () => {
  const others = typedFolders().filter(
    (folder) => folder !== 'tooling/checks' && !isolates(folder),
  );
  const misplaced = others
    .flatMap((folder) => sourceFiles(folder, ['.ts']))
    .filter((file) => NEEDS_OWN_PROCESS.test(read(file)));
  // A replica is a process of its own.
  expect(misplaced).toEqual(['tooling/replicas/src/serve-replica.ts']);
});

test('the test files of core and of the launcher have a process each', () => {
  expect(typedFolders().filter(isolates)).toEqual(['packages/core', 'tooling/redis-server']);
});

function isolates(folder: string): boolean {
  const config = sourceFiles(folder, ['vitest.config.ts'])[0];
  return config !== undefined && /\bisolate: true\b/u.test(read(config));
}

function read(file: string): string {
  return readFileSync(join(repositoryRoot, file), 'utf8');
}
