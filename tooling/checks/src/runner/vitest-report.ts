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
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

/**
 * The name of the test that stands for a group of tests of `RedisJSONTaskStore` where no server with
 * JSON commands can be had; see `packages/json-task-store/test/servers.ts`.
 */
export const NO_JSON_SERVER = 'not run: no server with JSON commands';

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
    notes: [
      ...(outside ? ['failed: an error outside every test'] : broken),
      ...noteOfJsonTests(report),
    ],
  };
}

/** A skipped test is no news, but for those that somebody could run by giving them a server. */
function noteOfJsonTests({ testResults }: VitestReport): readonly string[] {
  const groups = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title }) => title === NO_JSON_SERVER).length;
  if (groups === 0) return [];
  const what = groups === 1 ? '1 group' : `${groups} groups`;
  return [
    `${what} of tests of RedisJSONTaskStore ${groups === 1 ? 'was' : 'were'} skipped: no server with JSON commands (set REDIS_JSON_URL or REDIS_JSON_MODULE, or start Docker)`,
  ];
}
