import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { countTests, NO_JSON_SERVER, type VitestReport } from './vitest-report.ts';

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
      {
        name: 'b.test.ts',
        status: 'failed',
        assertionResults: [{ status: 'failed', title: 'b' }],
      },
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

describe('where no server with JSON commands can be had', () => {
  const skipped = (title: string): VitestReport['testResults'][number] => ({
    name: 'c.test.ts',
    status: 'passed',
    assertionResults: [
      { status: 'skipped', title },
      { status: 'passed', title: 'runs anywhere' },
    ],
  });

  test('the summary says so, with what can be done', () => {
    const report = { ...clean, testResults: [skipped(NO_JSON_SERVER), skipped(NO_JSON_SERVER)] };
    expect(countTests(report, true).notes).toEqual([
      '2 groups of tests of RedisJSONTaskStore were skipped: no server with JSON commands (set REDIS_JSON_URL or REDIS_JSON_MODULE, or start Docker)',
    ]);
    const one = { ...clean, testResults: [skipped(NO_JSON_SERVER)] };
    expect(countTests(one, true).notes).toEqual([
      expect.stringMatching(/^1 group of tests of RedisJSONTaskStore was skipped: /),
    ]);
  });

  test('it says nothing of tests that are skipped for other reasons', () => {
    const report = { ...clean, testResults: [skipped('finds the tasks of the caller')] };
    expect(countTests(report, true).notes).toEqual([]);
  });

  test('such tests are known by the name that they have', () => {
    const servers = join(repositoryRoot, 'packages/json-task-store/test/servers.ts');
    expect(readFileSync(servers, 'utf8')).toContain(`'${NO_JSON_SERVER}'`);
  });
});
