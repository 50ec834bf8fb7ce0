import { parseArgs } from 'node:util';

import { failedOf, type PlannedRow, type Row, SECTIONS } from './row.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/u;

/** What the command line asks for. */
export interface Options {
  readonly help: boolean;
  /** Whether rows are only named, not run. */
  readonly list: boolean;
  /** Whether the document is written. */
  readonly write: boolean;
  /** Where the rows of this run go as JSON. */
  readonly json: string | undefined;
  /** Files that `json` wrote in other runs: their rows are taken, and none is run. */
  readonly from: readonly string[];
  /** Names of sections and rows; empty where all are wanted. */
  readonly only: readonly string[];
  /** `2026-11-28`: rows of the document that passed on that day or later are not run again. */
  readonly since: string | undefined;
}

/**
 * Reads the command line.
 *
 * @throws TypeError for an unknown option, and for a date that is none.
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
      from: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      since: { type: 'string' },
    },
  });
  const { json, since } = values;
  if (since !== undefined && !DATE.test(since)) {
    throw new TypeError(`--since takes a date such as 2026-11-28, not "${since}".`);
  }
  return { ...values, json, since };
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

/** Those of the rows that the document does not have as passed since that day: an earlier run may have been ended. */
export function rowsToDo(
  planned: readonly PlannedRow[],
  before: readonly Row[],
  since: string | undefined,
): readonly PlannedRow[] {
  if (since === undefined) return planned;
  const done = before.filter((row) => row.date >= since && failedOf(row) === 0);
  return planned.filter(({ section, name }) => {
    return done.every((row) => row.section !== section || row.name !== name);
  });
}
