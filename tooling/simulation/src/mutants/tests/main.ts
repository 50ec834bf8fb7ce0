import path from 'node:path';

import { runForeground } from '@a2a-redis-internal/redis-server/processes';

// What a mutant keeps busy for ever ends with this process, however that ends.
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  path.join(import.meta.dirname, 'run-test-mutants.ts'),
  ...process.argv.slice(2),
]);
