import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../workspace/repository.ts';

/**
 * How to call the pnpm that runs this script. On a machine where pnpm came from `npx`, that one is
 * the only one there is; without any, the version that the repository names is fetched.
 */
export function pnpmCommand(): readonly [command: string, ...args: string[]] {
  const running = process.env['npm_execpath'];
  if (running?.includes('pnpm') === true) {
    return /\.[cm]?js$/u.test(running) ? [process.execPath, running] : [running];
  }
  const root: { readonly packageManager: string } = JSON.parse(
    readFileSync(join(repositoryRoot, 'package.json'), 'utf8'),
  );
  return ['npx', '-y', root.packageManager];
}
