import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, it, vi } from 'vitest';

import { isRunning } from './testing/is-running.ts';

const PARENT = fileURLToPath(new URL('testing/parent.ts', import.meta.url));
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

it.each([
  ['idle', 'SIGKILL'],
  ['idle', 'SIGTERM'],
  ['paused', 'SIGKILL'],
  ['busy', 'SIGKILL'],
] as const)('a replica that is %s ends with its parent: %s', async (state, signal) => {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT, state], {
    cwd: PACKAGE,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface(parent.stdout), 'line');
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    const exit = once(parent, 'exit');
    parent.kill(signal);
    expect(await exit).toEqual([null, signal]);
    await vi.waitUntil(() => !isRunning(pid), 20_000);
  } finally {
    parent.kill('SIGKILL');
  }
});
