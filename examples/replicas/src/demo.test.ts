import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

const DEADLINE_MS = 180_000;

test(
  'the demo holds in every check',
  async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'src/demo.ts'],
      { cwd: fileURLToPath(new URL('..', import.meta.url)) },
    );
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('All 9 checks in 4 steps held.');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).toBe('');
  },
  DEADLINE_MS,
);
