import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The names of the changesets in a checkout that no version has taken up yet. */
export function pendingChangesets(root: string): readonly string[] {
  return readdirSync(join(root, '.changeset'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .toSorted();
}
