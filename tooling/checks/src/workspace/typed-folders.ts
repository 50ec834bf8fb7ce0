import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from './repository.ts';

/** The folders of the workspace with a TypeScript project, as sorted paths from the repository's root. */
export function typedFolders(): readonly string[] {
  return ['examples', 'packages', 'tooling']
    .flatMap((group) => readdirSync(join(repositoryRoot, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(repositoryRoot, folder, 'tsconfig.json')))
    .toSorted();
}
