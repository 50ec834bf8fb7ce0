import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

import { repositoryRoot } from '../workspace/repository.ts';

/** How a command ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** Standard output and error, in the order they came; empty when `live`. */
  readonly output: string;
}

/** Where and how a command runs. */
export interface CommandOptions {
  /** @default the repository's root. */
  readonly cwd?: string | undefined;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Passes the output on as it comes instead of keeping it. @default false */
  readonly live?: boolean | undefined;
}

/** Runs a command, finding the workspace's own tools first. Never rejects: a failure is a result. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? repositoryRoot,
      env: { ...process.env, ...toolEnvironment(), ...options.env },
      stdio: options.live === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => {
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/** Runs a command as {@link runCommand} does, and throws its output when it fails. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { ok, output } = await runCommand(command, args, options);
  if (!ok) throw new Error(`${[command, ...args].join(' ')} failed\n${output}`);
  return output;
}

function toolEnvironment(): Record<string, string> {
  const tools = join(repositoryRoot, 'node_modules', '.bin');
  return {
    PATH: [tools, process.env['PATH']].join(delimiter),
    DO_NOT_TRACK: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
  };
}
