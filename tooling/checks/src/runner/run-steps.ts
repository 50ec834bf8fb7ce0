import type { Step, StepGroup, StepResult } from './step.ts';

/** What all steps together found. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notes: readonly string[];
}

/** Two cores are what a small machine has, and a step that installs waits for the network; more only makes each slower. */
const LANES = 3;

/**
 * Runs groups of steps in order, the steps of a group side by side, and goes on after a failure:
 * only steps that need a failed one are not run, and count as failed.
 *
 * @param print Takes one or more whole lines.
 */
export async function runSteps(
  groups: readonly StepGroup[],
  print: (text: string) => void,
): Promise<Totals> {
  const results = new Map<string, StepResult>();
  for (const group of groups) {
    const waiting = [...group];
    const lane = async (): Promise<void> => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        results.set(step.name, await runStep(step, results, print));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }
  return addUp([...results.values()]);
}

async function runStep(
  step: Step,
  results: ReadonlyMap<string, StepResult>,
  print: (text: string) => void,
): Promise<StepResult> {
  const missing = (step.needs ?? []).filter((name) => results.get(name)?.failed !== 0);
  if (missing.length > 0) {
    const note = `not run: ${step.name} (needs ${missing.join(', ')})`;
    print(note);
    return { passed: 0, failed: 1, notes: [note] };
  }
  print(`start   ${step.name}`);
  const started = performance.now();
  const result = await step.run().catch(failureOf);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (result.failed === 0) {
    print(`ok      ${step.name} (${seconds} s)`);
  } else {
    if (result.output) print(result.output.trimEnd());
    print(`FAILED  ${step.name} (${seconds} s)`);
  }
  return result;
}

function failureOf(error: unknown): StepResult {
  const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { passed: 0, failed: 1, output };
}

function addUp(results: readonly StepResult[]): Totals {
  const sum = (count: (result: StepResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped ?? 0),
    notes: results.flatMap(({ notes }) => notes ?? []),
  };
}
