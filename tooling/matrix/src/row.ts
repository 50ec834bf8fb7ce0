/** The tables of the matrix, in the order of the document. */
export const SECTIONS = [
  'servers',
  'agents',
  'clients',
  'runtimes',
  'bundles',
  'typescript',
] as const;
/** Sections whose rows are the servers that a run is given. */
const OF_SERVERS: readonly string[] = ['servers', 'agents'] satisfies readonly SectionName[];
export type SectionName = (typeof SECTIONS)[number];

/** What came of one package (or one way to resolve modules) on one server, runtime or compiler. */
export interface Cell {
  readonly passed: number;
  readonly failed: number;
  /** Skipped, or in need of what the row does not have. */
  readonly notRun: number;
  /** How many of those that passed did so when their files ran again, on their own; none where it is missing. */
  readonly again?: number | undefined;
  /** What failed: a name, and the first line of why. */
  readonly failures: readonly string[];
}

/** One row of a table: all that was run on one server, runtime or compiler. */
export interface Row {
  readonly section: SectionName;
  /** As the command line and `REDIS_MATRIX` call it; the key of the row. */
  readonly name: string;
  /** What it said it is: `Redis 7.2.6`, `v22.23.3`. */
  readonly version: string;
  /** `2026-11-28` */
  readonly date: string;
  /** By the name of the column. A column that is missing was not run. */
  readonly cells: Readonly<Record<string, Cell>>;
}

/** A row that can be had in this run. */
export interface PlannedRow {
  readonly section: SectionName;
  readonly name: string;
  run(): Promise<Row>;
}

/** Today, as rows are dated. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** How many tests or checks of a row failed. */
export function failedOf({ cells }: Row): number {
  return Object.values(cells).reduce((sum, { failed }) => sum + failed, 0);
}

/** Rows that the matrix still has. Servers stay: those of this run are not all that there are. */
export function rowsThatRemain(
  rows: readonly Row[],
  planned: readonly PlannedRow[],
): readonly Row[] {
  return rows.filter(({ section, name }) => {
    return (
      OF_SERVERS.includes(section) ||
      planned.some((one) => one.section === section && one.name === name)
    );
  });
}

/** Rows of earlier runs, those of this run in their place; in the order of their sections and names. */
export function mergeRows(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const keyOf = ({ section, name }: Row): string => `${section} ${name}`;
  const rows = new Map([...before, ...now].map((row) => [keyOf(row), row]));
  return [...rows.values()].toSorted((one, other) => {
    const bySection = SECTIONS.indexOf(one.section) - SECTIONS.indexOf(other.section);
    return bySection || one.name.localeCompare(other.name, 'en', { numeric: true });
  });
}
