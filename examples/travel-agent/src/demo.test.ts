import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const DEADLINE_MS = 180_000;

interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly lines: readonly string[] }>;
}

/** Starts the demo as its script does, without a terminal. */
function startDemo(...options: readonly string[]): Demo {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/demo.ts', ...options], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([exitCode]: (number | null)[]) => ({
    exitCode: exitCode ?? null,
    lines: output.trimEnd().split('\n'),
  }));
  return { child, ended };
}

function marks(lines: readonly string[], mark: string): number {
  return lines.filter((line) => line.startsWith(`   ${mark} `)).length;
}

test(
  'holds in every check',
  async () => {
    const { exitCode, lines } = await startDemo().ended;
    expect(lines.at(-1)).toBe('All 31 checks in 9 steps held.');
    expect(exitCode).toBe(0);
    expect(marks(lines, '✓')).toBe(31);
    expect(marks(lines, '✗')).toBe(0);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  },
  DEADLINE_MS,
);

test(
  'fails when the restarted server does not find the data',
  async () => {
    const { exitCode, lines } = await startDemo('--lose-data').ended;
    expect(lines.at(-1)).toBe('1 of 11 checks in 6 steps did not hold.');
    expect(exitCode).toBe(1);
    expect(marks(lines, '✗')).toBe(1);
    // Neither a stack trace nor the chatter of a server that was in order.
    expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
  },
  DEADLINE_MS,
);

test(
  'leaves no server behind when interrupted',
  async () => {
    const { child, ended } = startDemo();
    let output = '';
    const streaming = new Promise<void>((resolve) => {
      child.stdout?.on('data', (text: string) => {
        output += text;
        if (output.includes('Day 1')) resolve();
      });
    });
    await Promise.race([streaming, ended]);
    const pid = Number(/process (\d+) at/.exec(output)?.[1]);
    expect(process.kill(pid, 0)).toBe(true);
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
  DEADLINE_MS,
);
