import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from './command.ts';
import type { StepResult } from './step.ts';
import { countTests, type VitestReport } from './vitest-report.ts';

/** Runs every test of the workspace once, shows their progress, and counts them. */
export async function runTests(): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-tests-'));
  try {
    const report = join(folder, 'report.json');
    const { ok } = await runCommand(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      { live: true },
    );
    const counted: VitestReport = JSON.parse(await readFile(report, 'utf8'));
    return countTests(counted, ok);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
