import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

test('prints what its README says', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts'],
    { cwd: FOLDER },
  );
  const readme = await readFile(`${FOLDER}/README.md`, 'utf8');
  expect(stdout).toBe(/^```text\n(.*?)^```$/ms.exec(readme)?.[1]);
});
