import type { Cell, Row } from '../row.ts';

/** A row as text: its counts, and what failed. */
export function rowReport({ section, name, version, cells }: Row): string {
  const lines = [`${section} ${name} (${version})`];
  for (const [column, cell] of Object.entries(cells)) {
    lines.push(`  ${column}: ${cellText(cell)}`);
    lines.push(...cell.failures.map((failure) => `    ${failure}`));
  }
  return lines.join('\n');
}

/** A cell as the document has it: the number that passed, and whatever else there was. */
export function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  const { passed, failed, notRun } = cell;
  return [
    failed > 0 ? `**${failed} failed**, ${passed} passed` : `${passed}`,
    ...(notRun > 0 ? [`${notRun} not run`] : []),
  ].join(', ');
}

/** The rows of one section as an aligned Markdown table. */
export function tableOf(rows: readonly Row[], columns: readonly string[]): string {
  const header = ['name', 'version', 'date', ...columns];
  const body = rows.map(({ name, version, date, cells }) => [
    name,
    version,
    date,
    ...columns.map((column) => cellText(cells[column])),
  ]);
  const widths = header.map((title, index) =>
    Math.max(3, title.length, ...body.map((texts) => texts[index]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string => {
    return `| ${texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  };
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join(
    '\n',
  );
}
