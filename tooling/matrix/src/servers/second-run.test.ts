import { describe, expect, it, test } from 'vitest';

import { cellsOf } from './cells.ts';
import { afterSecondRun, filesToRepeat } from './second-run.ts';
import type { TestOutcome } from './test-report.ts';

const outcome = (file: string, name: string, state: TestOutcome['state']): TestOutcome => {
  return state === 'failed' ? { file, name, state, reason: 'no' } : { file, name, state };
};

const CORE = 'packages/core/src/a.test.ts';
const STORE = 'packages/task-store/src/b.test.ts';

test('each file with a failure is repeated once, and nothing that has no file', () => {
  const outcomes = [
    outcome(CORE, 'one', 'failed'),
    outcome(CORE, 'two', 'failed'),
    outcome(STORE, 'three', 'passed'),
    outcome('', 'outside every test', 'failed'),
  ];
  expect(filesToRepeat(outcomes)).toEqual([CORE]);
});

describe('after the second run', () => {
  const first = [
    outcome(CORE, 'steady', 'passed'),
    outcome(CORE, 'shaky', 'failed'),
    outcome(CORE, 'broken', 'failed'),
    outcome(CORE, 'unlucky', 'passed'),
    outcome(STORE, 'three', 'passed'),
    outcome('', 'outside every test', 'failed'),
  ];
  const second = [
    outcome(CORE, 'steady', 'passed'),
    outcome(CORE, 'shaky', 'passed'),
    outcome(CORE, 'broken', 'failed'),
    outcome(CORE, 'unlucky', 'failed'),
  ];

  it('counts what that one found of its files, and marks what passes only now', () => {
    expect(afterSecondRun(first, second)).toEqual([
      outcome(STORE, 'three', 'passed'),
      outcome('', 'outside every test', 'failed'),
      outcome(CORE, 'steady', 'passed'),
      { ...outcome(CORE, 'shaky', 'passed'), again: true },
      outcome(CORE, 'broken', 'failed'),
      outcome(CORE, 'unlucky', 'failed'),
    ]);
  });

  it('says in the row how many passed only then', () => {
    const { core, 'task-store': store, elsewhere } = cellsOf(afterSecondRun(first, second));
    expect(core).toMatchObject({ passed: 2, failed: 2, again: 1 });
    expect(store).toEqual({ passed: 1, failed: 0, notRun: 0, failures: [] });
    expect(elsewhere).toMatchObject({ passed: 0, failed: 1 });
  });
});
