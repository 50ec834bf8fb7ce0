import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** A shell that runs a script in the background of this process. */
export interface Shell {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Its standard input, which ends when this process does. */
  readonly input: Writable;
}

/**
 * Starts a shell in a session of its own, so that Ctrl-C in the terminal does not reach it. It does
 * not keep this process from exiting.
 *
 * @param output where its standard output and its standard error go
 */
export async function spawnShell(
  script: string,
  args: readonly string[],
  output: readonly ['ignore' | number, 'inherit' | number],
): Promise<Shell> {
  const child = spawn('sh', ['-c', script, 'sh', ...args], {
    detached: true,
    stdio: ['pipe', ...output],
  });
  await once(child, 'spawn');
  const { pid, stdin: input } = child;
  if (pid === undefined || input === null) throw new Error('the shell has no id or no input');
  // A write to a shell that is gone fails in its callback; the event adds nothing.
  input.on('error', () => undefined);
  child.unref();
  if (input instanceof Socket) input.unref();
  return { child, pid, input };
}
