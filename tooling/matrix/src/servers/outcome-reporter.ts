import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

import { NO_SERVER } from '@a2a-redis-internal/redis-server';
import { repositoryRoot } from '@a2a-redis-internal/checks/repository';
import type {
  Reporter,
  SerializedError,
  TestCase,
  TestModule,
  TestSpecification,
  TestSuite,
} from 'vitest/node';

import { REPORT_FILE, type ReportLine, type TestOutcome } from './test-report.ts';

type Group = TestModule | TestSuite;
type Errors = readonly { readonly message: string }[];

const FILES_A_LINE = 10;

/**
 * A Vitest reporter that writes the outcomes of each file when that ends, as a line of JSON, and says on stderr how far
 * it is.
 */
export default class OutcomeReporter implements Reporter {
  #files = 0;
  #ended = 0;
  #failed = 0;

  onTestRunStart(files: readonly TestSpecification[]): void {
    this.#files = files.length;
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended += 1;
    const outcomes = outcomesOf(module);
    report({ ended: relative(repositoryRoot, module.moduleId), outcomes });
    const failed = outcomes.filter(({ state }) => state === 'failed');
    this.#failed += failed.length;
    for (const { file, name } of failed) process.stderr.write(`        failed: ${file}: ${name}\n`);
    if (this.#ended % FILES_A_LINE === 0 || this.#ended === this.#files) {
      const counts = `${this.#ended} of ${this.#files} files, ${this.#failed} failed`;
      process.stderr.write(`        ${counts}\n`);
    }
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    report({ ended: '', outcomes: unhandled.map(unhandledOutcome) });
  }
}

function report(line: ReportLine): void {
  const file = process.env[REPORT_FILE];
  if (file === undefined) throw new TypeError(`${REPORT_FILE} names no file.`);
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function outcomesOf(module: TestModule): readonly TestOutcome[] {
  const file = relative(repositoryRoot, module.moduleId);
  const groups: readonly Group[] = [module, ...module.children.allSuites()];
  const tests = [...module.children.allTests()].map((test) => outcomeOf(file, test));
  // A hook that fails leaves its tests out. That is a failure of its own, but for want of a server.
  const hooks = groups
    .map((group) => ({ group, errors: group.errors() }))
    .filter(({ errors }) => errors.length > 0 && !lacksServer(errors))
    .map(({ group, errors }): TestOutcome => {
      const name = group.type === 'suite' ? `${group.fullName} (a hook)` : '(the file)';
      return { file, name, state: 'failed', reason: reasonOf(errors) };
    });
  return [...tests, ...hooks];
}

function outcomeOf(file: string, test: TestCase): TestOutcome {
  const { state, errors = [] } = test.result();
  const name = test.fullName;
  if (state === 'passed') return { file, name, state };
  if (state !== 'failed' || lacksServer(errors)) return { file, name, state: 'not run' };
  return { file, name, state, reason: reasonOf(errors) };
}

/** Whether a server of the test's own cannot be had. Hooks after it fail as well, for want of what it would have made. */
function lacksServer([first]: Errors): boolean {
  return first?.message.startsWith(NO_SERVER) === true;
}

/** What no test caught. Vitest knows the file of most of it: such a file runs again, like one with a failed test. */
function unhandledOutcome(error: SerializedError): TestOutcome {
  const path: unknown = error['VITEST_TEST_PATH'];
  const file = typeof path === 'string' ? relative(repositoryRoot, path) : '';
  return { file, name: 'outside every test', state: 'failed', reason: reasonOf([error]) };
}

function reasonOf([error]: Errors): string {
  return error?.message.split('\n', 1)[0] ?? 'no reason given';
}
