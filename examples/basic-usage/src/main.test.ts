import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startRedisJsonServer } from '@a2a-redis-internal/redis-server';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
/** Docker may have to fetch a server first. */
const TIMEOUT_MS = 300_000;

test(
  'prints what its README says',
  async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts'],
      { cwd: FOLDER },
    );
    const readme = await readFile(`${FOLDER}/README.md`, 'utf8');
    const [everything = '', leftOut = ''] = Array.from(
      readme.matchAll(/^```text\n(.*?)^```$/gms),
      ([, block = '']) => block,
    );
    const [title = ''] = leftOut.split('\n');
    const common = everything.slice(0, everything.indexOf(title));
    expect(stdout).toBe((await hasJsonServer()) ? everything : `${common}${leftOut}`);
  },
  TIMEOUT_MS,
);

/** The README shows both: what is printed with a server that has JSON commands, and without. */
async function hasJsonServer(): Promise<boolean> {
  const server = await startRedisJsonServer();
  if ('unavailable' in server) return false;
  await server.stop();
  return true;
}
