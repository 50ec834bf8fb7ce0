import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { isRunning } from './testing/is-running.ts';

const PARENT = fileURLToPath(new URL('testing/foreground-parent.ts', import.meta.url));
/** The root's tsx runs the parent, which is TypeScript. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A process that runs a program in the foreground, and what that one started. */
interface Parent extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly pids: readonly number[];
  readonly folder: string;
  /** Its exit code and signal, and what it wrote to its standard error. */
  readonly ended: Promise<readonly [number | null, string | null, string]>;
}

async function startParent(exitCode = ''): Promise<Parent> {
  const process = spawn(globalThis.process.execPath, ['--import', 'tsx', PARENT, exitCode], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = once(process, 'close');
  const [line]: unknown[] = await once(createInterface(process.stdout), 'line');
  const started: { folder: string; pids: number[] } = JSON.parse(String(line));
  return {
    ...started,
    process,
    ended: exited.then(([code, signal]) => [code, signal, errors]),
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL');
      await exited;
    },
  };
}

async function expectGone({ pids, folder }: Parent): Promise<void> {
  await vi.waitFor(() => {
    expect(pids.filter(isRunning)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
}

describe('a program in the foreground', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('goes with all that it started: %s', async (signal, exitCode) => {
    await using parent = await startParent();
    expect(parent.pids.filter(isRunning)).toEqual(parent.pids);
    parent.process.kill(signal);
    // Whoever presses Ctrl-C once more leaves nothing behind either.
    parent.process.kill(signal);
    expect(await parent.ended).toEqual([exitCode, null, `\nEnded by ${signal}.\n`]);
    expect(parent.pids.filter(isRunning)).toEqual([]);
    await expectGone(parent);
  });

  it('goes with all that it started when who runs it is killed', async () => {
    await using parent = await startParent();
    parent.process.kill('SIGKILL');
    expect((await parent.ended).slice(0, 2)).toEqual([null, 'SIGKILL']);
    await expectGone(parent);
  });

  it('gives its exit code, and leaves nothing either', async () => {
    await using parent = await startParent('3');
    expect(await parent.ended).toEqual([3, null, '']);
    await expectGone(parent);
  });
});
