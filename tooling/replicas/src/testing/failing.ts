import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { serveReplica } from '../index.ts';

const { FAILING, FOLDER } = process.env;

/** Replicas of which one does not start; the others write their process id into a folder. */
serveReplica({
  async start(name) {
    if (name === FAILING) throw new Error(`${name} cannot start`);
    await writeFile(join(FOLDER ?? '', name), String(process.pid));
    // It runs until it is killed.
    setInterval(() => undefined, 60_000);
    return {};
  },
});
