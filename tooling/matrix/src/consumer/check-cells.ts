import type { Cell } from '../row.ts';
import type { CheckOutcome } from './scenario.ts';

/** Counts the checks of each package. */
export function cellsOfChecks(outcomes: readonly CheckOutcome[]): Readonly<Record<string, Cell>> {
  const names = [...new Set(outcomes.map((outcome) => outcome.package))].toSorted();
  return Object.fromEntries(
    names.map((name) => [name, cellOf(outcomes.filter((one) => one.package === name))]),
  );
}

function cellOf(outcomes: readonly CheckOutcome[]): Cell {
  const failures = outcomes.flatMap(({ check, problem }) => {
    return problem === undefined ? [] : [`${check}: ${oneLine(problem)}`];
  });
  const failed = failures.length;
  return { passed: outcomes.length - failed, failed, notRun: 0, failures };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').slice(0, 300);
}
