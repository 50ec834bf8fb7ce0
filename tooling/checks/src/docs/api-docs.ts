import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../runner/command.ts';
import type { StepResult } from '../runner/step.ts';

/**
 * Writes the API documentation as `pnpm docs:api` does, and throws it away: a warning, such as a type
 * that is used and not documented, is a failure.
 */
export async function checkApiDocs(): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-api-docs-'));
  try {
    const { ok, output } = await runCommand('typedoc', ['--out', folder]);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
