import { parseArgs } from 'node:util';

import { chosenMutants, readArguments, tryMutants } from '../command-line.ts';
import type { Mutant } from '../mutant.ts';
import { judge, type Outcome } from './judge.ts';
import { PackageTests } from './package-tests.ts';

const USAGE = `Usage: pnpm test:mutants [options]

Puts one fault after the other into the sources, and runs the tests of its package that import what it
changes: they must fail, but for the faults that are listed with a reason why they do not.

  --only TEXT,TEXT  only those whose name or file contains one of these
  --list            print the names, and run nothing
  --help            print this`;

/** How long tests may take that do not end, at least. */
const LEAST_LIMIT_MS = 180_000;
/** By how much longer than without a mutant. */
const LIMIT_FACTOR = 3;
/** How long they may take without one. */
const LONGEST_MS = 3_600_000;

/** What a user asks for. */
interface Options {
  readonly mutants: readonly Mutant[];
}

process.exitCode = await tryMutants(readOptions, runAll);

/** Whether tests find every mutant, but for those that are listed with a reason. */
async function runAll({ mutants }: Options): Promise<boolean> {
  const startedAt = performance.now();
  const wrong: string[] = [];
  let caught = 0;
  for (const folder of new Set(mutants.map(folderOf))) {
    for await (const outcome of outcomesOf(
      folder,
      mutants.filter((mutant) => folderOf(mutant) === folder),
    )) {
      if (outcome.by !== undefined) caught += 1;
      const { line, isRight } = judge(outcome);
      console.log(`  ${line}`);
      if (!isRight) wrong.push(line);
    }
  }
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(`\n${caught} of ${mutants.length} mutants were caught, in ${minutes} minutes`);
  for (const line of wrong) console.log(`WRONG: ${line}`);
  return wrong.length === 0;
}

/** Tries what stands beside the sources first, and whole agents only on what that does not find. */
async function* outcomesOf(folder: string, mutants: readonly Mutant[]): AsyncGenerator<Outcome> {
  let left = mutants;
  for (const kind of ['src', 'test'] as const) {
    if (left.length === 0) return;
    await using tests = new PackageTests(folder, kind);
    const limitMs = await limitFor(tests, `${folder}/${kind}`, left);
    const survivors: Mutant[] = [];
    for (const mutant of left) {
      const { failure } = await tests.run([mutant.file], mutant, limitMs);
      if (failure === undefined) survivors.push(mutant);
      else yield { mutant, by: failure };
    }
    left = survivors;
  }
  for (const mutant of left) yield { mutant, by: undefined };
}

/**
 * How long tests may take with a mutant.
 *
 * @throws {Error} where they fail without one.
 */
async function limitFor(
  tests: PackageTests,
  name: string,
  mutants: readonly Mutant[],
): Promise<number> {
  const startedAt = performance.now();
  const { files, failure } = await tests.run(
    [...new Set(mutants.map(({ file }) => file))],
    undefined,
    LONGEST_MS,
  );
  const tookMs = performance.now() - startedAt;
  if (failure !== undefined) throw new Error(`Without a mutant, tests fail, too: ${failure}`);
  console.log(`${name}: ${files} test files pass unchanged, in ${Math.round(tookMs / 1000)} s`);
  return Math.max(LEAST_LIMIT_MS, LIMIT_FACTOR * tookMs);
}

/** The folder of the package that a mutant is in: `packages/core` of `packages/core/src/x.ts`. */
function folderOf({ file }: Mutant): string {
  return file.split('/').slice(0, 2).join('/');
}

/** @throws {UsageError} */
function readOptions(): Options | string {
  const { values } = readArguments(() =>
    parseArgs({
      options: {
        only: { type: 'string', default: '' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return USAGE;
  // Those of several changes take parts of several packages, which only the simulator has together.
  const mutants = chosenMutants(values.only, ({ name, file }) => [name, file]).filter(
    ({ also }) => also === undefined,
  );
  return values.list ? mutants.map(({ name }) => name).join('\n') : { mutants };
}
