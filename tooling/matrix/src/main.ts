import { fileURLToPath } from 'node:url';

import { runForeground } from '@a2a-redis-internal/redis-server/processes';

// All that the matrix starts, and its temporary files, go with it.
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL('run-matrix.ts', import.meta.url)),
  ...process.argv.slice(2),
]);
