import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mustRun } from '@a2a-redis-internal/checks/command';
import { repositoryRoot } from '@a2a-redis-internal/checks/repository';

import { mergeRows, type PlannedRow, type Row, rowsThatRemain } from '../row.ts';
import { sectionsOf } from './tables.ts';

/** The rows that the document shows, from the repository's root. */
const ROWS_FILE = 'tooling/matrix/rows.json';
/** The document, whose generated part lies between the marks. */
export const DOCUMENT = 'docs/compatibility.md';
const BEGIN = '<!-- Written by pnpm matrix --write: -->';
const END = '<!-- Written by hand: -->';

/**
 * Puts rows in the place of older ones of their names, and writes the document anew.
 *
 * @param planned All rows that the matrix has now.
 */
export async function updateDocument(
  rows: readonly Row[],
  planned: readonly PlannedRow[],
): Promise<void> {
  const all = mergeRows(rowsThatRemain(await readRows(), planned), rows);
  await writeFile(join(repositoryRoot, ROWS_FILE), JSON.stringify(all));
  const path = join(repositoryRoot, DOCUMENT);
  await writeFile(path, withSections(await readFile(path, 'utf8'), all));
  await mustRun('oxfmt', [ROWS_FILE, DOCUMENT]);
}

/** The rows of the document. */
export async function readRows(): Promise<readonly Row[]> {
  const rows: readonly Row[] = JSON.parse(await readFile(join(repositoryRoot, ROWS_FILE), 'utf8'));
  return rows;
}

/**
 * A document with these rows in its generated part.
 *
 * @throws TypeError when it lacks the marks.
 */
export function withSections(document: string, rows: readonly Row[]): string {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) {
    throw new TypeError(`${DOCUMENT} lacks ${BEGIN} or ${END}`);
  }
  const parts = [BEGIN, sectionsOf(rows), END].filter((part) => part !== '');
  return `${before}${parts.join('\n\n')}${after}`;
}
