import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';

const folder = join(repositoryRoot, '.changeset');
const changesets = readdirSync(folder)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => {
    const [, named = '', prose = ''] = readFileSync(join(folder, file), 'utf8').split(/^---$/mu);
    const packages = [...named.matchAll(/^'(.+)': (?:major|minor|patch)$/gmu)];
    return { file, packages: packages.map(([, name]) => name), prose: prose.trim() };
  });

test.each(publicPackages())('$name has a changeset or a changelog', ({ name, folder: of }) => {
  const pending = changesets.some(({ packages }) => packages.includes(name));
  expect(pending || existsSync(join(of, 'CHANGELOG.md'))).toBe(true);
});

describe.each(changesets)('$file', ({ packages, prose }) => {
  test('names public packages and tells in prose what a user notices', () => {
    const names = new Set<string | undefined>(publicPackages().map(({ name }) => name));
    expect(packages.filter((name) => !names.has(name))).toEqual([]);
    expect(packages).not.toEqual([]);
    expect(prose).toMatch(/^[A-Z`@].{40,}/su);
  });
});
