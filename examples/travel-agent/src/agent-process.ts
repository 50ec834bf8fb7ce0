import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from './deadline.ts';

const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 10_000;
const LOG_LINES = 200;

/** How a process ended: with an exit code or by a signal. */
export type ExitOutcome = number | NodeJS.Signals | null;

/** The agent server in a process of its own. */
export interface AgentProcess {
  readonly origin: string;
  readonly pid: number;
  /** Sends the signal and waits for the end. @throws When the process does not end in time. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<ExitOutcome>;
  /** The last lines of what the process printed. */
  log(): string;
}

/**
 * Starts `server.ts`. It stops by itself when this process is gone.
 *
 * @param settings Environment variables; see `server.ts`.
 * @throws When it ends before it listens, with what it printed.
 */
export async function startAgent(
  settings: Readonly<Record<string, string>>,
): Promise<AgentProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('server.ts', import.meta.url))],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const log = collectLog(child);
  const ended = new Promise<ExitOutcome>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const stop: AgentProcess['stop'] = async (signal) => {
    child.kill(signal);
    return withDeadline(ended, STOP_DEADLINE_MS, `the server did not end after ${signal}`);
  };
  const started = Promise.race([
    once(child, 'message').then(([message]) => originOf(message)),
    ended.then(() => {
      throw new Error(`the server ended at its start: ${log()}`);
    }),
  ]);
  try {
    const origin = await withDeadline(started, START_DEADLINE_MS, 'the server did not start');
    return { origin, pid: child.pid ?? 0, stop, log };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function originOf(message: unknown): string {
  if (typeof message === 'object' && message !== null && 'origin' in message) {
    return String(message.origin);
  }
  throw new Error('the server sent something else than its address');
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).split('\n').slice(-LOG_LINES).join('\n');
    });
  }
  return () => text.trim();
}
