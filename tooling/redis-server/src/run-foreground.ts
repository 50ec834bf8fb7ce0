import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startGuarded, type ServerProcess } from './start-process.ts';
import { Watchdog } from './watchdog.ts';

/** What ends a program from outside, and the exit code of one that such a signal ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndingSignal = keyof typeof EXIT_CODES;

/** How long what was started may take to end by itself. */
const PATIENCE_MS = 5000;
const INTERVAL_MS = 50;

/**
 * Runs a command that prints to this process's output, and returns its exit code. All that it starts is
 * in one process group, and its temporary files are in one folder: however this process ends, by a
 * signal or SIGKILL or because its parent is gone, they go with it.
 */
export async function runForeground(command: readonly string[]): Promise<number> {
  // Before anything is there that a signal could leave behind.
  const signaled = firstSignal();
  const folder = await mkdtemp(join(tmpdir(), 'a2a-'));
  const watchdog = await Watchdog.start(folder);
  try {
    const running = await startGuarded(['env', `TMPDIR=${folder}`, ...command], [1, 2], watchdog);
    const signal = await Promise.race([signaled, running.waitForExit()]);
    await endGroup(running);
    if (typeof signal === 'boolean') return running.exitCode() ?? 1;
    process.stderr.write(`\nEnded by ${signal}.\n`);
    return EXIT_CODES[signal];
  } finally {
    await watchdog.clean();
  }
}

/** Resolves with the first signal that comes; the loss of the parent counts as one. */
function firstSignal(): Promise<EndingSignal> {
  return new Promise((resolve) => {
    // They stay: who presses Ctrl-C again does not end this before all is gone.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal));
    }
    const parent = process.ppid;
    const looking = setInterval(() => {
      if (process.ppid !== parent) resolve('SIGHUP');
    }, 1000);
    looking.unref();
  });
}

async function endGroup(running: ServerProcess): Promise<void> {
  running.signalGroup('SIGTERM');
  const endsAt = performance.now() + PATIENCE_MS;
  while (performance.now() < endsAt) {
    if (!running.signalGroup(0)) return;
    await sleep(INTERVAL_MS);
  }
  running.signalGroup('SIGKILL');
}
