import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/**
 * Reads a process id and waits for a second line. The end of its input comes in its place when this
 * process is gone, however it died: then it kills that process.
 */
const SCRIPT = 'read -r pid || exit 0; read -r _ || kill -s KILL "$pid" 2>/dev/null; exit 0';

/** A small process that outlives this one for a moment and kills what this one left behind. */
export interface Guard {
  /** Names the process to kill. */
  watch(pid: number): void;
  /** The process ended; its id may soon belong to another. */
  release(): void;
}

/**
 * Starts a {@link Guard}. A replica notices by itself that it is alone, unless it is paused or
 * busy; for those there is the guard.
 */
export async function startGuard(): Promise<Guard> {
  // Detached, so that Ctrl-C in the terminal does not reach it.
  const shell = spawn('sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const input = shell.stdin;
  // It may have been killed; then a write to it fails, and there is nobody to tell.
  input.on('error', () => undefined);
  await once(shell, 'spawn');
  shell.unref();
  if (input instanceof Socket) input.unref();
  return {
    watch: (pid) => void input.write(`${pid}\n`),
    release: () => void input.end('\n'),
  };
}
