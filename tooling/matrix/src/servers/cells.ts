import type { Cell } from '../row.ts';
import type { TestOutcome } from './test-report.ts';

/** Outcomes that belong to no package. */
const ELSEWHERE = 'elsewhere';

/** Counts the tests of each package, by the name of its folder. */
export function cellsOf(outcomes: readonly TestOutcome[]): Readonly<Record<string, Cell>> {
  const names = new Set(outcomes.map(packageOf));
  return Object.fromEntries(
    [...names].map((name) => [name, cellOf(outcomes.filter((one) => packageOf(one) === name))]),
  );
}

function packageOf({ file }: TestOutcome): string {
  return /^packages\/([^/]+)\//u.exec(file)?.[1] ?? ELSEWHERE;
}

function cellOf(outcomes: readonly TestOutcome[]): Cell {
  const count = (wanted: TestOutcome['state']): number => {
    return outcomes.filter(({ state }) => state === wanted).length;
  };
  const again = outcomes.filter((outcome) => outcome.again === true).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    notRun: count('not run'),
    ...(again > 0 && { again }),
    failures: outcomes
      .filter(({ state }) => state === 'failed')
      .map(({ file, name, reason }) => `${file}: ${name}: ${reason}`),
  };
}
