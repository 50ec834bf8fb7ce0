import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommand } from '@a2a-redis-internal/checks/command';

import { REPORT_FILE, type TestOutcome } from './test-report.ts';

const REPORTER = fileURLToPath(new URL('outcome-reporter.ts', import.meta.url));

/**
 * Runs test files and tells what became of each test.
 *
 * @param files From the repository's root.
 * @param env Which servers they find.
 * @throws Error when Vitest ended without a report; what it printed is on stderr.
 */
export async function runTests(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly TestOutcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  try {
    const report = join(folder, 'report.json');
    await runCommand('vitest', ['run', `--reporter=${REPORTER}`, ...files], {
      env: { ...env, [REPORT_FILE]: report },
      live: true,
    });
    const text = await readFile(report, 'utf8').catch((cause: unknown) => {
      throw new Error('The tests gave no report; see above.', { cause });
    });
    const outcomes: readonly TestOutcome[] = JSON.parse(text);
    return outcomes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
