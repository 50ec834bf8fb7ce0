import { join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { countTests, type VitestReport } from './vitest-report.ts';

const clean: VitestReport = {
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [],
};

test('passed, failed and skipped tests are counted', () => {
  expect(countTests(clean, true)).toEqual({ passed: 5, failed: 0, skipped: 2, notes: [] });
});

test('a file that could not run is a failure of its own', () => {
  const name = join(repositoryRoot, 'packages/core/src/a.test.ts');
  const report: VitestReport = {
    ...clean,
    numFailedTests: 1,
    testResults: [
      { name, status: 'failed', assertionResults: [] },
      { name: 'b.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] },
    ],
  };
  expect(countTests(report, false)).toMatchObject({
    failed: 2,
    notes: ['could not run: packages/core/src/a.test.ts'],
  });
});

test('a run that failed outside every test is a failure', () => {
  expect(countTests(clean, false)).toMatchObject({ passed: 5, failed: 1 });
});
