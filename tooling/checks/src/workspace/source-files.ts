import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from './repository.ts';

const NOT_SOURCE = new Set(['node_modules', 'dist', 'coverage', '.turbo']);

/** Files below a folder of the repository, as sorted paths from its root with `/` in them. */
export function sourceFiles(folder: string, endings: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(repositoryRoot, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!NOT_SOURCE.has(entry.name)) found.push(...sourceFiles(path, endings));
    } else if (endings.some((ending) => entry.name.endsWith(ending))) {
      found.push(path);
    }
  }
  return found.toSorted();
}
