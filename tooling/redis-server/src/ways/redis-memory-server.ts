import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { lastLines } from '../last-lines.ts';
import { startLocalServer } from '../local-server.ts';
import { progress } from '../progress.ts';
import type { RedisServer, RedisServerOptions } from '../redis-server.ts';
import { runGuarded } from '../run-guarded.ts';
import type { Unavailable } from '../way.ts';

const require = createRequire(import.meta.url);
/** Downloading and compiling takes a few minutes on two cores. */
const DEADLINE_MS = 900_000;
const QUICK_MS = 2000;

/**
 * Prints the path of the program that redis-memory-server has or makes.
 *
 * It runs apart from this process, so that it can be ended at the deadline and its output does not
 * mix with ours. It changes its folder, because the package keeps the program in the cache of the
 * project that it is called from. Without the variable it would not check certificates.
 */
const SCRIPT = `
const [home, library] = process.argv.slice(1);
process.chdir(home);
process.env.npm_config_strict_ssl = 'true';
require(library).RedisBinary.getPath().then(
  (path) => console.log('\\n' + path),
  (error) => { console.error(error.message); process.exit(1); },
);
`;

/** A server program compiled by redis-memory-server on first use. */
export async function redisMemoryServer(
  options: RedisServerOptions,
  deadlineMs: number = DEADLINE_MS,
): Promise<RedisServer | Unavailable> {
  const library = require.resolve('redis-memory-server');
  const home = fileURLToPath(new URL('../..', import.meta.url));
  const slow = setTimeout(
    () => progress('redis-memory-server downloads and compiles Redis (a few minutes, once)'),
    QUICK_MS,
  );
  const command = [process.execPath, '-e', SCRIPT, home, library];
  const { exitCode, output } = await runGuarded(command, deadlineMs).finally(() =>
    clearTimeout(slow),
  );
  if (exitCode === null) return { unavailable: `not ready within ${deadlineMs} ms` };
  if (exitCode !== 0) return { unavailable: lastLines(output, 3) };
  return startLocalServer(lastLines(output, 1), 'redis-memory-server', options);
}
