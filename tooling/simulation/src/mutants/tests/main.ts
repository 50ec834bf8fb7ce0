import { fileURLToPath } from 'node:url';

import { runForeground } from '@a2a-redis-internal/redis-server/processes';

// What a mutant keeps busy for ever ends with this process, however that ends.
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL('run-test-mutants.ts', import.meta.url)),
  ...process.argv.slice(2),
]);
