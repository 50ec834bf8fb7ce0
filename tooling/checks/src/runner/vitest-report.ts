import { relative } from 'node:path';

import { repositoryRoot } from '../workspace/repository.ts';
import type { StepResult } from './step.ts';

/** The parts of Vitest's JSON report that are counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts a run. A file that failed without a failed test (it could not be loaded, or a hook threw)
 * counts as one failure, and so does a run that failed for a reason outside every test.
 *
 * @param runPassed Whether Vitest's exit code was 0.
 */
export function countTests(report: VitestReport, runPassed: boolean): StepResult {
  const broken = report.testResults
    .filter(({ status }) => status === 'failed')
    .filter(({ assertionResults }) => !assertionResults.some((test) => test.status === 'failed'))
    .map(({ name }) => `could not run: ${relative(repositoryRoot, name)}`);
  const failed = report.numFailedTests + broken.length;
  const outside = failed === 0 && !runPassed;
  return {
    passed: report.numPassedTests,
    failed: outside ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    notes: outside ? ['failed: an error outside every test'] : broken,
  };
}
