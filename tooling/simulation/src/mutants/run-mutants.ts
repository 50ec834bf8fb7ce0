import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { chosenMutants, readArguments, tryMutants, UsageError } from './command-line.ts';
import { changesOf, type Conditions, type Mutant } from './mutant.ts';
import { MENDED_SCENARIOS } from './mended-scenarios.ts';
import { type RunOptions, runSources } from './run-sources.ts';
import { type Counts, RULE, type SignaturesBySeed, Tally } from './tally.ts';

const USAGE = `Usage: pnpm sim:mutants [options]

Puts one fault after the other into the sources: the simulator must find each. Some are listed
with a reason why it does not: those are tried only where asked for, and none may be found.

  --only TEXT,TEXT  only those whose name contains one of these
  --listed          those that are listed with a reason, and no others
  --seeds N         within how many seeds each must be found (2000)
  --workers N       threads (one for each core)
  --list            print the names, and run nothing
  --help            print this`;

/** How many mutants must be found at least, where all are tried. */
const LEAST_FOUND = 20;

interface Options {
  readonly mutants: readonly Mutant[];
  readonly isAll: boolean;
  readonly seeds: number;
  readonly workers: number;
}

process.exitCode = await tryMutants(readOptions, runAll);

/** Whether every mutant is found, but for those that are listed with a reason. */
async function runAll({ mutants, isAll, seeds, workers }: Options): Promise<boolean> {
  const startedAt = performance.now();
  const wrong: string[] = [];
  let found = 0;
  const tell = (mutant: Mutant, result: Search): void => {
    if (result.proof !== undefined) found += 1;
    const { line, isRight } = judge(mutant, result);
    console.log(`  ${line}`);
    if (!isRight) wrong.push(line);
  };
  console.log(`${RULE}\n`);
  console.log(`seeds of ${MENDED_SCENARIOS.length} scenarios that showed a fault once:`);
  const groups = new Map<Conditions, Mutant[]>();
  for (const mutant of mutants) {
    const proof = await bringsBack(mutant, workers);
    if (proof !== undefined) {
      tell(mutant, { proof, closest: undefined });
      continue;
    }
    const { conditions } = mutant;
    groups.set(conditions, [...(groups.get(conditions) ?? []), mutant]);
  }
  for (const [conditions, group] of groups) {
    const scenarios = Array.from({ length: seeds }, (_, i) => ({ seed: i + 1, ...conditions }));
    const baseline = await baselineOf(conditions, { scenarios, workers });
    for (const mutant of group) {
      tell(mutant, await search(mutant, { scenarios, workers }, baseline));
    }
  }
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(
    `\n${found} of ${mutants.length} mutants were found within ${seeds} seeds, in ${minutes} minutes`,
  );
  if (isAll && found < LEAST_FOUND) {
    wrong.push(`At least ${LEAST_FOUND} must be found.`);
  }
  for (const line of wrong) console.log(`WRONG: ${line}`);
  return wrong.length === 0;
}

/** What came of a mutant, in a line, and whether that is as it must be. */
function judge(
  { name, survives }: Mutant,
  { proof, closest }: Search,
): { readonly line: string; readonly isRight: boolean } {
  const isListed = survives !== undefined;
  if (proof !== undefined) {
    const how = isListed ? 'FOUND, THOUGH LISTED AS ONE THAT IS NOT, by' : 'found by';
    return { line: `${name}: ${how} ${proof}`, isRight: !isListed };
  }
  const how = isListed ? `not found: ${survives}` : 'SURVIVED';
  return { line: `${name}: ${how} (closest: ${describe(closest)})`, isRight: isListed };
}

/** What the sources as they are show in the same seeds. */
async function baselineOf(conditions: Conditions, options: RunOptions): Promise<SignaturesBySeed> {
  const startedAt = performance.now();
  const baseline: ReadonlySet<string>[] = [];
  await runSources([], options, (signatures) => baseline.push(signatures) > 0);
  const { load = 'mixed', profiles, layout = 'single' } = conditions;
  const shows = baseline.filter(({ size }) => size > 0).length;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${load} load${layout === 'single' ? '' : ` on a ${layout}`} with ${profiles.join(',')}: the unchanged sources show known faults in ${shows} of ${baseline.length} seeds (${seconds} s)`,
  );
  return baseline;
}

/** How a mutant was searched for. */
interface Search {
  /** What proves it to be a fault, if anything does. */
  readonly proof: string | undefined;
  readonly closest: Counts | undefined;
}

/** Which fault that was mended shows again in its own seed with a mutant, if any does. */
async function bringsBack(mutant: Mutant, workers: number): Promise<string | undefined> {
  let proof: string | undefined;
  const options = { scenarios: MENDED_SCENARIOS, workers };
  await runSources(changesOf(mutant), options, (signatures, { seed, faults }) => {
    const back = faults.find((signature) => signatures.has(signature));
    if (back !== undefined) proof = `the fault of seed ${seed}, which is back: ${back}`;
    return proof === undefined;
  });
  return proof;
}

async function search(
  mutant: Mutant,
  options: RunOptions,
  baseline: SignaturesBySeed,
): Promise<Search> {
  const tally = new Tally(baseline);
  let proof: Counts | undefined;
  await runSources(changesOf(mutant), options, (signatures) => {
    proof = tally.add(signatures);
    return proof === undefined;
  });
  const by = proof && `seed ${tally.seeds}: ${describe(proof)}`;
  return { proof: by, closest: tally.closest() };
}

function describe(counts: Counts | undefined): string {
  if (counts === undefined) return 'nothing shows';
  const { signature, withMutantOnly, withoutOnly, both } = counts;
  return `${signature} (m ${withMutantOnly}, b ${withoutOnly}, in both ${both})`;
}

/** @throws {UsageError} */
function readOptions(): Options | string {
  const { values } = readArguments(() =>
    parseArgs({
      options: {
        only: { type: 'string', default: '' },
        seeds: { type: 'string', default: '2000' },
        workers: { type: 'string', default: String(availableParallelism()) },
        listed: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return USAGE;
  const chosen = chosenMutants(values.only, ({ name }) => [name]);
  const mutants = chosen.filter(({ survives }) => (survives !== undefined) === values.listed);
  if (values.list) return mutants.map(({ name }) => name).join('\n');
  return {
    mutants,
    isAll: values.only === '' && !values.listed,
    seeds: wholeNumber('seeds', values.seeds),
    workers: wholeNumber('workers', values.workers),
  };
}

/** @throws {UsageError} */
function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number from 1 on, not "${text}".`);
}
