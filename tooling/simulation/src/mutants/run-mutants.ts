import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import type { SourceChange } from '../run/bundle.ts';
import type { Conditions, Mutant } from './mutant.ts';
import { CONTROLS, MUTANTS } from './mutants.ts';
import { type RunOptions, runSources } from './run-sources.ts';
import { type Counts, RULE, type SignaturesBySeed, Tally } from './tally.ts';

const USAGE = `Usage: pnpm sim:mutants [options]

Puts one fault after the other into the sources: the simulator must find each.

  --only TEXT       only those whose name contains it
  --seeds N         within how many seeds each must be found (2000)
  --workers N       threads (one for each core)
  --list            print the names, and run nothing
  --help            print this`;

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

interface Options {
  readonly mutants: readonly Mutant[];
  readonly controls: readonly Mutant[];
  readonly seeds: number;
  readonly workers: number;
}

/** Options as a user writes them. */
interface Values {
  readonly only: string;
  readonly seeds: string;
  readonly workers: string;
  readonly list: boolean;
  readonly help: boolean;
}

/** What a user got wrong. */
class UsageError extends Error {}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readOptions();
    if (typeof options === 'string') {
      console.log(options);
      return 0;
    }
    const misfits = await misfitsAmong([...options.mutants, ...options.controls]);
    for (const misfit of misfits) console.log(misfit);
    return misfits.length > 0 || !(await runAll(options)) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Whether every mutant is found and no control is. */
async function runAll({ mutants, controls, seeds, workers }: Options): Promise<boolean> {
  const startedAt = performance.now();
  const all = [...mutants, ...controls];
  const groups = new Map<Conditions, Mutant[]>();
  for (const mutant of all) {
    const { conditions } = mutant;
    groups.set(conditions, [...(groups.get(conditions) ?? []), mutant]);
  }
  const survivors: string[] = [];
  const foundControls: string[] = [];
  console.log(`${RULE}\n`);
  for (const [conditions, group] of groups) {
    const options: RunOptions = { conditions, seeds, workers };
    const baseline = await baselineOf(options);
    for (const mutant of group) {
      const isControl = controls.includes(mutant);
      const { proof, closest, seeds: tried } = await search(mutant, options, baseline);
      if (proof === undefined && !isControl) survivors.push(mutant.name);
      if (proof !== undefined && isControl) foundControls.push(mutant.name);
      const how =
        proof === undefined
          ? `${isControl ? 'not found, as it must be' : 'SURVIVED'} (closest: ${describe(closest)})`
          : `${isControl ? 'FOUND, THOUGH HARMLESS, ' : ''}by seed ${tried}: ${describe(proof)}`;
      console.log(`  ${mutant.name}: ${how}`);
    }
  }
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const found = mutants.length - survivors.length;
  console.log(
    `\n${found} of ${mutants.length} mutants were found within ${seeds} seeds, in ${minutes} minutes`,
  );
  for (const name of survivors) console.log(`survived: ${name}`);
  for (const name of foundControls) console.log(`found, though harmless: ${name}`);
  return survivors.length + foundControls.length === 0;
}

/** What the sources as they are show in the same seeds. */
async function baselineOf(options: RunOptions): Promise<SignaturesBySeed> {
  const startedAt = performance.now();
  const baseline: ReadonlySet<string>[] = [];
  await runSources([], options, (signatures) => baseline.push(signatures) > 0);
  const { load = 'mixed', profiles } = options.conditions;
  const shows = baseline.filter(({ size }) => size > 0).length;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${load} load with ${profiles.join(',')}: the unchanged sources show known faults in ${shows} of ${baseline.length} seeds (${seconds} s)`,
  );
  return baseline;
}

/** How a mutant was searched for. */
interface Search {
  /** What proves it to be a fault, if anything does. */
  readonly proof: Counts | undefined;
  readonly closest: Counts | undefined;
  readonly seeds: number;
}

async function search(
  mutant: Mutant,
  options: RunOptions,
  baseline: SignaturesBySeed,
): Promise<Search> {
  const tally = new Tally(baseline);
  let proof: Counts | undefined;
  await runSources([mutant], options, (signatures) => {
    proof = tally.add(signatures);
    return proof === undefined;
  });
  return { proof, closest: tally.closest(), seeds: tally.seeds };
}

function describe(counts: Counts | undefined): string {
  if (counts === undefined) return 'nothing shows';
  const { signature, withMutantOnly, withoutOnly, both } = counts;
  return `${signature} (m ${withMutantOnly}, b ${withoutOnly}, in both ${both})`;
}

/** Lines on the mutants whose text does not stand in its file exactly once. */
async function misfitsAmong(changes: readonly (SourceChange & Mutant)[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, file, from } of changes) {
    const source = await readFile(path.join(REPOSITORY, file), 'utf8').catch(() => undefined);
    const times = (source?.split(from).length ?? 1) - 1;
    if (source === undefined) lines.push(`"${name}" changes ${file}, which does not exist.`);
    else if (times !== 1)
      lines.push(`"${name}" does not fit: ${file} has its text ${times} times.`);
  }
  return lines;
}

/** @throws {UsageError} */
function readOptions(): Options | string {
  const values = parseOptions();
  if (values.help) return USAGE;
  const chosen = (each: Mutant): boolean => each.name.includes(values.only);
  const mutants = MUTANTS.filter(chosen);
  const controls = CONTROLS.filter(chosen);
  if (mutants.length + controls.length === 0) {
    throw new UsageError(`No mutant has "${values.only}" in its name; --list prints all.`);
  }
  if (values.list) return [...mutants, ...controls].map(({ name }) => name).join('\n');
  return {
    mutants,
    controls,
    seeds: wholeNumber('seeds', values.seeds),
    workers: wholeNumber('workers', values.workers),
  };
}

/** @throws {UsageError} */
function parseOptions(): Values {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        seeds: { type: 'string', default: '2000' },
        workers: { type: 'string', default: String(availableParallelism()) },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${line ?? ''}. --help tells what there is.`);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number from 1 on, not "${text}".`);
}
