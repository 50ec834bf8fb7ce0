import type { TestOutcome } from './test-report.ts';

/** The files in which something failed. What failed outside of every file cannot be run again. */
export function filesToRepeat(outcomes: readonly TestOutcome[]): readonly string[] {
  const failed = outcomes.filter(({ file, state }) => state === 'failed' && file !== '');
  return [...new Set(failed.map(({ file }) => file))];
}

/**
 * What is known after the files with failures ran again: of these files what the second run found, of all others
 * what the first did. A test that passes now and had failed is marked.
 */
export function afterSecondRun(
  first: readonly TestOutcome[],
  second: readonly TestOutcome[],
): readonly TestOutcome[] {
  const repeated = new Set(filesToRepeat(first));
  const passedBefore = new Set(first.filter(({ state }) => state === 'passed').map(keyOf));
  return [
    ...first.filter(({ file }) => !repeated.has(file)),
    ...second.map((outcome) => {
      const again = outcome.state === 'passed' && !passedBefore.has(keyOf(outcome));
      return again ? { ...outcome, again } : outcome;
    }),
  ];
}

function keyOf({ file, name }: TestOutcome): string {
  return `${file}\n${name}`;
}
