import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommand } from '@a2a-redis-internal/checks/command';

import { runToTheEnd } from './run-to-the-end.ts';
import { afterSecondRun, filesToRepeat } from './second-run.ts';
import { readReport, REPORT_FILE, type ReportLine, type TestOutcome } from './test-report.ts';

const REPORTER = fileURLToPath(new URL('outcome-reporter.ts', import.meta.url));
/** As many files at once as in any run of the tests. */
const AS_ALWAYS: readonly string[] = [];
const ONE_AT_A_TIME = ['--no-file-parallelism'] as const;

/**
 * Runs test files and tells what became of each test.
 *
 * Where Vitest is ended from outside, it goes on with the files that had not ended. Files with failures run again, one
 * at a time: what fails because the machine did too much at once says nothing of a server.
 *
 * @param files From the repository's root.
 * @param env Which servers they find.
 * @throws Error when Vitest ended before a single file did; what it printed is on stderr.
 */
export async function runTests(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly TestOutcome[]> {
  const first = await runAll(files, env, AS_ALWAYS);
  const repeated = filesToRepeat(first);
  if (repeated.length === 0) return first;
  process.stderr.write(`        again, one at a time: ${repeated.join(', ')}\n`);
  return afterSecondRun(first, await runAll(repeated, env, ONE_AT_A_TIME));
}

async function runAll(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  options: readonly string[],
): Promise<readonly TestOutcome[]> {
  return runToTheEnd(files, async (left) => {
    if (left.length < files.length) process.stderr.write(`        ${left.length} files are left\n`);
    return runOnce(left, env, options);
  });
}

async function runOnce(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  options: readonly string[],
): Promise<readonly ReportLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  try {
    const report = join(folder, 'report.jsonl');
    await writeFile(report, '');
    await runCommand('vitest', ['run', `--reporter=${REPORTER}`, ...options, ...files], {
      env: { ...env, [REPORT_FILE]: report },
      live: true,
    });
    return await readReport(report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
