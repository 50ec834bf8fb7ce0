import type { ReportLine, TestOutcome } from './test-report.ts';

/**
 * What became of the tests of all files, though a run of them may be killed: the files that it left run again, as long
 * as any of them ends. What never ends has failed.
 *
 * @param run Runs files, and tells of those that ended.
 * @throws Error when no file ends at all.
 */
export async function runToTheEnd(
  files: readonly string[],
  run: (files: readonly string[]) => Promise<readonly ReportLine[]>,
): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (let left = files; left.length > 0;) {
    const lines = await run(left);
    outcomes.push(...lines.flatMap((line) => line.outcomes));
    const ended = new Set(lines.map((line) => line.ended));
    const rest = left.filter((file) => !ended.has(file));
    if (rest.length === files.length) throw new Error('The tests gave no report; see above.');
    if (rest.length === left.length) return [...outcomes, ...rest.map(neverEnded)];
    left = rest;
  }
  return outcomes;
}

function neverEnded(file: string): TestOutcome {
  return { file, name: '(the file)', state: 'failed', reason: 'Vitest ended before it' };
}
