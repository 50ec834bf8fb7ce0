import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startProcess } from './start-process.ts';
import { Watchdog } from './watchdog.ts';

/** How a command ended. */
export interface CommandResult {
  /** Null when it was killed, at the deadline or by a signal. */
  readonly exitCode: number | null;
  /** What it wrote to its standard output and standard error. */
  readonly output: string;
}

/**
 * Runs a command that must end within `deadlineMs`. Then, or when this process ends first, it is
 * killed together with what it started.
 */
export async function runGuarded(
  command: readonly string[],
  deadlineMs: number,
): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-server-command-'));
  const watchdog = await Watchdog.start(folder);
  try {
    const log = join(folder, 'output.log');
    const running = await startProcess(command, log, watchdog);
    const ended = await running.waitForExit(deadlineMs);
    return { exitCode: ended ? running.exitCode() : null, output: await readFile(log, 'utf8') };
  } finally {
    await watchdog.clean();
  }
}
