import { fileURLToPath } from 'node:url';

import { runForeground } from '@a2a-redis-internal/redis-server/processes';

// All that the check starts, and its temporary files, go with it.
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL('run-check.ts', import.meta.url)),
]);
