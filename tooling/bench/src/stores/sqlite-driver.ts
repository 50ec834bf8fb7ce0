import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import type Database from 'better-sqlite3';

import { progress } from '../progress.ts';

const BUILD_DEADLINE_MS = 10 * 60_000;

/**
 * Loads better-sqlite3. Its native addon is not built at install, because only this benchmark wants
 * it: the package's own install script, which downloads or compiles it, runs on first use.
 *
 * @throws When the addon cannot be had.
 */
export async function sqliteDriver(): Promise<typeof Database> {
  const { default: driver } = await import('better-sqlite3');
  if (loads(driver)) return driver;
  progress('building the native addon of better-sqlite3, once; this can take minutes');
  const folder = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  await promisify(execFile)('npm', ['run', 'install'], {
    cwd: folder,
    timeout: BUILD_DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  new driver(':memory:').close();
  return driver;
}

function loads(driver: typeof Database): boolean {
  try {
    new driver(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
