import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { isRunning } from './testing/is-running.ts';

const PARENT = fileURLToPath(new URL('testing/parent.ts', import.meta.url));
/** The root's tsx runs the parent, which is TypeScript. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('a server whose parent ends without stopping it', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('goes with its folder: %s', async (signal) => {
    await using parent = await startParent('signal');
    expect(isRunning(parent.pid)).toBe(true);
    expect(existsSync(parent.folder)).toBe(true);
    parent.process.kill(signal);
    expect(await parent.exit).toEqual([null, signal]);
    await expectGone(parent);
  });

  it.each([
    ['return', 0],
    ['exit', 3],
    ['throw', 1],
  ] as const)('goes with its folder: %s', async (ending, exitCode) => {
    await using parent = await startParent(ending);
    expect(await parent.exit).toEqual([exitCode, null]);
    await expectGone(parent);
  });
});

interface Parent extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly exit: Promise<unknown[]>;
  /** Of its server. */
  readonly pid: number;
  readonly folder: string;
}

async function startParent(ending: string): Promise<Parent> {
  const process = spawn(execPath, ['--import', 'tsx', PARENT, ending], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(process, 'exit');
  const [line] = await once(createInterface(process.stdout), 'line');
  const [pid = '', confFile = ''] = String(line).split(' ');
  return {
    process,
    exit,
    pid: Number(pid),
    folder: dirname(confFile),
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL');
      await exit;
    },
  };
}

async function expectGone({ pid, folder }: Parent): Promise<void> {
  await vi.waitFor(() => {
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  }, 20_000);
}
