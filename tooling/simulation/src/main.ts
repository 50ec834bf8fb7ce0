import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { unknownFindings } from './known-faults.ts';
import { type Finding, signatureOf } from './promises/finding.ts';
import { bundleWorker } from './run/bundle.ts';
import { runSeeds } from './run/run-seeds.ts';
import { shrink } from './run/shrink.ts';
import { WorkerPool } from './run/worker-pool.ts';
import type { Job, JobResult } from './run/worker.ts';
import {
  type Layout,
  LAYOUTS,
  type Load,
  LOADS,
  type Profile,
  PROFILES,
  type Scenario,
} from './scenario/scenario.ts';

const USAGE = `Usage: pnpm sim [options]

Runs a cluster of replicas in one process, by seed, and checks what is promised.

  --seeds N         how many seeds to run (100)
  --from S          the first seed (a new one each run)
  --seed S          this seed alone
  --profile A,B     the kinds of fault that may occur (all): ${PROFILES.join(', ')}
  --load L          what clients and agents do (mixed): ${LOADS.join(', ')}
  --layout L        what clients a replica has (single): ${LAYOUTS.join(', ')}, or any
  --workers N       threads (one for each core)
  --trace           print who did what when, for each failure
  --shrink          cut each kind of failure down to a small scenario
  --known           count known faults as failures, too
  --help            print this`;

interface Options {
  readonly from: number;
  readonly count: number;
  readonly profiles: readonly Profile[];
  readonly load: Load;
  readonly layout: Layout | 'any';
  readonly workers: number;
  readonly isTraced: boolean;
  readonly shrinks: boolean;
  readonly countsKnown: boolean;
}

/** What was found of one kind. */
interface Kind {
  count: number;
  readonly first: JobResult;
  readonly finding: Finding;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') {
    console.log(options);
    return options === USAGE ? 0 : 2;
  }
  await using bundle = await bundleWorker();
  await using pool = new WorkerPool(bundle.file, options.workers);
  const { from, count, profiles, load, layout } = options;
  const startedAt = performance.now();
  const kinds = new Map<string, Kind>();
  let done = 0;
  let failed = 0;
  let events = 0;
  const runOne = async (seed: number): Promise<JobResult> =>
    pool.run({ what: { seed, profiles, load, layout }, isTraced: false });
  await runSeeds({ from, count, lanes: pool.size }, runOne, (result) => {
    done += 1;
    events += result.verdict?.events ?? 0;
    const found = findingsOf(result, options);
    if (found.length > 0) failed += 1;
    for (const finding of found) {
      const signature = signatureOf(finding);
      const kind = kinds.get(signature);
      if (kind === undefined) kinds.set(signature, { count: 1, first: result, finding });
      else kind.count += 1;
    }
    if (process.stderr.isTTY && done % 50 === 0) process.stderr.write(`\r${done} of ${count}`);
    return true;
  });
  if (process.stderr.isTTY) process.stderr.write('\r');
  const seconds = (performance.now() - startedAt) / 1000;
  if (kinds.size === 0 && count === 1 && options.isTraced) {
    await printTrace({ seed: from, profiles, load, layout }, pool);
  }
  for (const [signature, kind] of [...kinds].toSorted(([, a], [, b]) => b.count - a.count)) {
    await report(signature, kind, pool, options);
  }
  console.log(
    `${done} seeds from ${from} of ${load} load${layout === 'single' ? '' : ` on ${layout}`} with ${profiles.join(',')}: ${failed} failed, ${Math.round(events / done)} events each, ${(done / seconds).toFixed(1)} a second`,
  );
  return failed === 0 ? 0 : 1;
}

async function report(
  signature: string,
  { count, first, finding }: Kind,
  pool: WorkerPool,
  { isTraced, shrinks, profiles, load, layout }: Options,
): Promise<void> {
  const { seed } = first.scenario;
  console.log(`${signature}: ${count} ${count === 1 ? 'seed' : 'seeds'}`);
  console.log(`  ${finding.detail}`);
  const ofLayout = layout === 'single' ? '' : ` --layout ${layout}`;
  console.log(
    `  pnpm sim --seed ${seed} --load ${load}${ofLayout} --profile ${profiles.join(',')} --trace`,
  );
  let { scenario } = first;
  if (shrinks) {
    scenario = await shrink(scenario, signature, pool);
    console.log(`  smallest: ${describeScenario(scenario)}`);
  }
  if (isTraced) await printTrace({ scenario }, pool);
}

/** Prints who did what when, and what came of it. */
async function printTrace(what: Job['what'], pool: WorkerPool): Promise<void> {
  const { verdict } = await pool.run({ what, isTraced: true });
  for (const line of verdict?.trace ?? []) console.log(`  ${line}`);
  for (const each of verdict?.findings ?? []) console.log(`  ${signatureOf(each)}: ${each.detail}`);
  console.log(`  trace ${verdict?.digest ?? ''}`);
}

function findingsOf({ verdict, error }: JobResult, { countsKnown }: Options): readonly Finding[] {
  if (verdict === undefined) {
    return [{ promise: 'simulation', kind: 'fails itself', detail: error ?? '' }];
  }
  return countsKnown ? verdict.findings : unknownFindings(verdict.findings);
}

function describeScenario({ settings, calls, faults }: Scenario): string {
  return JSON.stringify({ settings, calls, faults });
}

function readOptions(): Options | string {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        profile: { type: 'string' },
        load: { type: 'string', default: 'mixed' },
        layout: { type: 'string', default: 'single' },
        workers: { type: 'string' },
        trace: { type: 'boolean', default: false },
        shrink: { type: 'boolean', default: false },
        known: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
  if (values.help) return USAGE;
  const names = values.profile?.split(',') ?? [...PROFILES];
  const profiles = PROFILES.filter((profile) => names.includes(profile));
  const unknown = names.filter((name) => !profiles.some((profile) => profile === name));
  if (unknown.length > 0) {
    return `There is no profile "${unknown.join('", "')}". There are ${PROFILES.join(', ')}.`;
  }
  const load = LOADS.find((each) => each === values.load);
  if (load === undefined) {
    return `There is no load "${values.load}". There are ${LOADS.join(', ')}.`;
  }
  const layout = [...LAYOUTS, 'any' as const].find((each) => each === values.layout);
  if (layout === undefined) {
    return `There is no layout "${values.layout}". There are ${LAYOUTS.join(', ')} and any.`;
  }
  if (values.seed !== undefined && (values.seeds !== undefined || values.from !== undefined)) {
    return '--seed runs one seed alone: it goes with neither --seeds nor --from.';
  }
  const first = values.seed === undefined ? 'from' : 'seed';
  const numbers = {
    seeds: values.seed === undefined ? (values.seeds ?? '100') : '1',
    [first]: values.seed ?? values.from ?? String(Math.floor(Math.random() * 1e9)),
    workers: values.workers ?? String(availableParallelism()),
  };
  for (const [name, text] of Object.entries(numbers)) {
    if (!/^\d{1,15}$/.test(text)) return `--${name} must be a whole number, not "${text}".`;
    if (name !== first && Number(text) === 0) return `--${name} must be 1 at least.`;
  }
  return {
    from: Number(numbers[first]),
    count: Number(numbers.seeds),
    profiles,
    load,
    layout,
    workers: Number(numbers.workers),
    isTraced: values.trace,
    shrinks: values.shrink,
    countsKnown: values.known || values.seed !== undefined,
  };
}
