import { fileURLToPath } from 'node:url';

import { runForeground } from '../processes.ts';

/** Runs the program beside it in the foreground, which ends as the argument says. */
process.exitCode = await runForeground([
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL('foreground-child.ts', import.meta.url)),
  process.argv[2] ?? '',
]);
