import { parseArgs } from 'node:util';

import { type PlannedRow, SECTIONS } from './row.ts';

/** What the command line asks for. */
export interface Options {
  readonly help: boolean;
  /** Whether rows are only named, not run. */
  readonly list: boolean;
  /** Whether the document is written. */
  readonly write: boolean;
  /** Where the rows of this run go as JSON. */
  readonly json: string | undefined;
  /** Names of sections and rows; empty where all are wanted. */
  readonly only: readonly string[];
}

/**
 * Reads the command line.
 *
 * @throws TypeError for an unknown option.
 */
export function parseOptions(args: readonly string[]): Options {
  // `pnpm matrix -- --write` hands on the two dashes.
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      list: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  return { ...values, json: values.json };
}

/**
 * The rows that are wanted.
 *
 * @throws TypeError for a name that neither a section nor a row has.
 */
export function chooseRows(
  rows: readonly PlannedRow[],
  only: readonly string[],
): readonly PlannedRow[] {
  const names = [...SECTIONS, ...rows.map(({ name }) => name)];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no "${unknown}". There are: ${names.join(', ')}.`);
  }
  if (only.length === 0) return rows;
  return rows.filter(({ section, name }) => only.includes(section) || only.includes(name));
}
