import { readFile, writeFile } from 'node:fs/promises';

import { planAgents } from './consumer/plan-agents.ts';
import { planBundles } from './consumer/plan-bundles.ts';
import { planClients } from './consumer/plan-clients.ts';
import { planRuntimes } from './consumer/plan-runtimes.ts';
import { Surroundings } from './consumer/surroundings.ts';
import { chooseRows, type Options, parseOptions, rowsToDo } from './options.ts';
import { readRows, updateDocument } from './report/document.ts';
import { rowReport } from './report/tables.ts';
import { failedOf, type PlannedRow, type Row } from './row.ts';
import { planServers } from './servers/plan-servers.ts';
import { parseServers } from './servers/server-list.ts';
import { planTypeScript } from './typescript/plan-typescript.ts';

const USAGE = `pnpm matrix [options]

  --list          name the sections and rows, and run nothing
  --only <name>   one section or one row (repeatable)
  --since <date>  leave out rows that the document has as passed on that day or later: to go on with a run that ended
  --json <file>   write the rows of this run to a file
  --from <file>   take the rows that --json wrote to a file elsewhere, and run nothing (repeatable)
  --write         put the rows of this run into docs/compatibility.md; other rows stay, with their dates

Servers come from REDIS_MATRIX: redis-8.0=/path/to/redis-server,valkey-9=/path,cloud=redis://…
JSON modules of those programs from REDIS_MATRIX_JSON: valkey-9=/path/to/json.so
`;

const started = performance.now();

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await run(options);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function run({ from, only, since, list, json, write }: Options): Promise<void> {
  const { REDIS_MATRIX = '', REDIS_MATRIX_JSON = '' } = process.env;
  const servers = parseServers(REDIS_MATRIX, REDIS_MATRIX_JSON);
  await using surroundings = new Surroundings();
  const planned = [
    ...planServers(servers),
    ...planAgents(servers, surroundings),
    ...planClients(surroundings),
    ...planRuntimes(surroundings),
    ...planBundles(surroundings),
    ...planTypeScript(surroundings),
  ];
  if (from.length > 0) {
    await take(from, write ? planned : undefined);
    return;
  }
  const chosen = rowsToDo(chooseRows(planned, only), await readRows(), since);
  if (list) {
    for (const { section, name } of chosen) console.log(`${section}  ${name}`);
    return;
  }
  const rows: Row[] = [];
  for (const [index, one] of chosen.entries()) {
    progress(`${index + 1} of ${chosen.length}: ${one.section} ${one.name}`);
    const row = await runRow(one);
    if (row !== undefined) rows.push(row);
    // After each row: a run that is ended keeps what it has.
    if (json !== undefined) await writeFile(json, `${JSON.stringify(rows, undefined, 2)}\n`);
    if (write) await updateDocument(rows, planned);
  }
  if (rows.length < chosen.length || rows.some((row) => failedOf(row) > 0)) process.exitCode = 1;
}

/** Tells rows of other runs, and puts them into the document where `planned` says what rows there are. */
async function take(
  files: readonly string[],
  planned: readonly PlannedRow[] | undefined,
): Promise<void> {
  for (const file of files) {
    const rows: readonly Row[] = JSON.parse(await readFile(file, 'utf8'));
    for (const row of rows) console.log(rowReport(row));
    if (planned !== undefined) await updateDocument(rows, planned);
  }
}

/** @returns `undefined` where the row could not be run; that is told, and the others go on. */
async function runRow(planned: PlannedRow): Promise<Row | undefined> {
  const { section, name } = planned;
  try {
    const row = await planned.run();
    console.log(rowReport(row));
    progress(`${section} ${name}: ${failedOf(row)} failed`);
    return row;
  } catch (error) {
    progress(`${section} ${name} could not be run: ${String(error)}`);
    return undefined;
  }
}

/** On stderr, so that stdout holds the report alone. */
function progress(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(5);
  process.stderr.write(`${seconds} s  ${text}\n`);
}
