import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { spawnShell } from './spawn-shell.ts';
import type { Watchdog } from './watchdog.ts';

/** A server's process. Signals go to its group, which holds what it forks to write its files. */
export interface ServerProcess {
  hasExited(): boolean;
  /** Null while it runs, and when a signal ended it. */
  exitCode(): number | null;
  signal(signal: NodeJS.Signals): void;
  /**
   * As {@link signal}, though the process itself may have ended before what it started. Signal 0 only looks.
   *
   * @returns whether anything of its group was still there.
   */
  signalGroup(signal: NodeJS.Signals | 0): boolean;
  /** Resolves once it has ended, or to false after `deadlineMs`. */
  waitForExit(deadlineMs?: number): Promise<boolean>;
}

/** Waits for a line and only then becomes the command. */
const GATE = 'read -r _ && exec "$@" </dev/null';

/** Starts a command under a watchdog, its output appended to a file. */
export async function startProcess(
  command: readonly string[],
  logFile: string,
  watchdog: Watchdog,
): Promise<ServerProcess> {
  const log = await open(logFile, 'a');
  try {
    return await startGuarded(command, [log.fd, log.fd], watchdog);
  } finally {
    await log.close();
  }
}

/**
 * Starts a command under a watchdog. It runs once the watchdog knows its id, so that there is no
 * moment in which it runs unguarded.
 *
 * @param output where its standard output and its standard error go
 */
export async function startGuarded(
  command: readonly string[],
  output: readonly [number, number],
  watchdog: Watchdog,
): Promise<ServerProcess> {
  const { child, input, pid } = await spawnShell(GATE, command, output);
  const exited = once(child, 'exit').then(async () => {
    // Rejects only when the watchdog is gone, and then nobody is left to be told.
    await watchdog.forget().catch(() => undefined);
    return true;
  });
  try {
    await watchdog.guard(pid);
    input.end('\n');
  } catch (error) {
    input.end();
    throw error;
  }
  return serverProcess(child, pid, exited);
}

function serverProcess(child: ChildProcess, pid: number, exited: Promise<boolean>): ServerProcess {
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    hasExited,
    exitCode: () => child.exitCode,
    signal(signal) {
      if (!hasExited()) process.kill(-pid, signal);
    },
    signalGroup(signal) {
      try {
        return process.kill(-pid, signal);
      } catch {
        // Nothing of it is left.
        return false;
      }
    },
    async waitForExit(deadlineMs) {
      child.ref();
      if (deadlineMs === undefined) return exited;
      return Promise.race([exited, sleep(deadlineMs, false, { ref: false })]);
    },
  };
}
