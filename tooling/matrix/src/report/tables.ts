import { type Cell, type Row, type SectionName, SECTIONS } from '../row.ts';

/** The tests of a server, the checks of a consumer, or the programs that a compiler took. */
const TITLES: Readonly<Record<SectionName, string>> = {
  servers: 'Servers: tests of each package',
  agents: 'Servers: checks of each package, with two agents',
  clients: 'Versions of node-redis and the SDK: checks of each package',
  runtimes: 'Runtimes: checks of each package',
  bundles: 'Bundles: checks of each package',
  typescript: 'TypeScript: programs compiled, for each way to resolve modules',
};

const LONGEST_FAILURE = 160;

/** A row as text: its counts, and what failed. */
export function rowReport({ section, name, version, cells }: Row): string {
  const lines = [`${section} ${name} (${version})`];
  for (const [column, cell] of Object.entries(cells)) {
    lines.push(`  ${column}: ${cellText(cell)}`);
    lines.push(...cell.failures.map((failure) => `    ${failure}`));
  }
  return lines.join('\n');
}

/** Every section that has rows, as Markdown: its table, and what failed. */
export function sectionsOf(rows: readonly Row[]): string {
  return SECTIONS.map((section) => ({
    title: TITLES[section],
    own: rows.filter((row) => row.section === section),
  }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, own }) => [`### ${title}`, tableOf(own), ...failuresOf(own)].join('\n\n'))
    .join('\n\n');
}

/** A cell as the document has it: the number that passed, and whatever else there was. */
function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  const { passed, failed, notRun, again = 0 } = cell;
  return [
    failed > 0 ? `**${failed} failed**, ${passed} passed` : `${passed}`,
    ...(again > 0 ? [`${again} of them run again`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
  ].join(', ');
}

function failuresOf(rows: readonly Row[]): readonly string[] {
  const lines = rows.flatMap(({ name, cells }) =>
    Object.entries(cells).flatMap(([column, { failures }]) =>
      // As code: names of tests are no Markdown.
      failures.map((failure) => `- ${name}, ${column}: \`${abbreviated(failure)}\``),
    ),
  );
  return lines.length === 0 ? [] : ['Failed:', lines.join('\n')];
}

/** In code as well, a backtick would end it. All of it is in the report of the run. */
function abbreviated(failure: string): string {
  const text = failure.replaceAll('`', "'");
  return text.length <= LONGEST_FAILURE ? text : `${text.slice(0, LONGEST_FAILURE)}…`;
}

/** An aligned Markdown table with a column for each name that a row has. */
function tableOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))].toSorted();
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
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(header), line(rule), ...body.map(line)].join('\n');
}
