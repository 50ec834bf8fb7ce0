import type { Summary } from './statistics.ts';

/** What a figure counts. */
export type Unit = 'µs' | 'ms' | 'bytes' | '×' | 'count';

/** A number with what it counts. */
export interface Figure {
  readonly value: number;
  readonly unit: Unit;
}

/** A cell of a table; `undefined` where nothing was measured. */
export type Cell = string | Figure | undefined;

/** A table of a report. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A bound that a measurement must keep. */
export interface Requirement {
  readonly name: string;
  readonly bound: 'at most' | 'at least' | 'exactly';
  readonly limit: number;
  readonly unit: Unit;
  /** `undefined` where it was not measured in this run. */
  readonly measured: number | undefined;
}

/** What one benchmark found. */
export interface Section {
  readonly title: string;
  readonly tables: readonly Table[];
  /** Sentences: how it was measured, and what was left out. */
  readonly notes: readonly string[];
  readonly requirements: readonly Requirement[];
}

/** A {@link Figure}; `undefined` for `undefined`. */
export function figure(value: number | undefined, unit: Unit): Figure | undefined {
  return value === undefined ? undefined : { value, unit };
}

/** The cells of the columns `median`, `min` and `max`. */
export function summaryCells(summary: Summary | undefined, unit: Unit): Cell[] {
  return [summary?.median, summary?.min, summary?.max].map((value) => figure(value, unit));
}

/** Whether a requirement was met; `undefined` where it was not measured. */
export function isMet({ bound, limit, measured }: Requirement): boolean | undefined {
  if (measured === undefined) return undefined;
  if (bound === 'exactly') return measured === limit;
  return bound === 'at most' ? measured <= limit : measured >= limit;
}

/** A section as text. */
export function formatSection({ title, tables, notes }: Section): string {
  return [
    `## ${title}`,
    ...notes,
    ...tables.map((table) => `${table.caption}\n\n${formatTable(table)}`),
  ].join('\n\n');
}

/** The requirements of all sections as text. */
export function formatRequirements(requirements: readonly Requirement[]): string {
  const rows = requirements.map((requirement) => {
    const { name, bound, limit, unit, measured } = requirement;
    const met = isMet(requirement);
    return [
      met === undefined ? '–' : met ? '✓' : '✗',
      name,
      `${bound} ${formatCell(figure(limit, unit))}`,
      measured === undefined ? 'not measured' : figure(measured, unit),
    ];
  });
  return `## Requirements\n\n${formatTable({ caption: '', columns: ['', 'what', 'required', 'measured'], rows })}`;
}

/** An aligned Markdown table: columns of figures to the right, others to the left. */
export function formatTable({ columns, rows }: Table): string {
  const cells = rows.map((row) => row.map(formatCell));
  const widths = columns.map((column, index) =>
    Math.max(column.length, 3, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const toRight = columns.map((_, index) => rows.some((row) => typeof row[index] === 'object'));
  const line = (texts: readonly string[]): string =>
    `| ${widths.map((width, index) => pad(texts[index] ?? '', width, toRight[index] ?? false)).join(' | ')} |`;
  const rule = widths.map((width, index) =>
    toRight[index] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(columns), line(rule), ...cells.map(line)].join('\n');
}

/** A cell as text: three significant digits for times and ratios. */
export function formatCell(cell: Cell): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  const { value, unit } = cell;
  if (unit === 'count') return grouped(value, Number.isInteger(value) ? 0 : 2);
  if (unit === '×') return `${grouped(value, value >= 10 ? 1 : 2)}×`;
  if (unit === 'bytes') return `${grouped(value, Number.isInteger(value) ? 0 : 1)} B`;
  return `${grouped(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function pad(text: string, width: number, toRight: boolean): string {
  return toRight ? text.padStart(width) : text.padEnd(width);
}
