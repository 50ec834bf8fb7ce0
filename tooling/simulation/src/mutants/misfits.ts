import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { changesOf, type Mutant } from './mutant.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

/** Lines on the mutants whose text does not stand in its file exactly once. */
export async function misfitsAmong(mutants: readonly Mutant[]): Promise<string[]> {
  const lines: string[] = [];
  const changes = mutants.flatMap((mutant) =>
    changesOf(mutant).map(({ file, from }) => ({ name: mutant.name, file, from })),
  );
  for (const { name, file, from } of changes) {
    const source = await readFile(path.join(REPOSITORY, file), 'utf8').catch(() => undefined);
    const times = (source?.split(from).length ?? 1) - 1;
    if (source === undefined) lines.push(`"${name}" changes ${file}, which does not exist.`);
    else if (times !== 1)
      lines.push(`"${name}" does not fit: ${file} has its text ${times} times.`);
  }
  return lines;
}
