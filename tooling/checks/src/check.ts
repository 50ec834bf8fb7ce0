import { join } from 'node:path';

import { runForeground } from '@a2a-redis-internal/redis-server/processes';

// All that the check starts, and its temporary files, go with it.
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  join(import.meta.dirname, 'run-check.ts'),
]);
