import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRedisServer } from '../index.ts';
import { infoField } from '../info-field.ts';
import { endpointOfUrl, sendCommands } from '../resp.ts';

/**
 * A program that starts what tests start, and says what it has: a folder for temporary files, a server in a
 * process group of its own, and a process that ends at no signal. It waits, or ends with the code that its
 * argument names.
 */
const server = await startRedisServer({ processControl: true });
const [info = ''] = await sendCommands(endpointOfUrl(server.url), [['INFO', 'server']]);
const stubborn = spawn('sh', ['-c', "trap '' INT TERM HUP; echo up; while :; do sleep 1; done"], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
await once(stubborn.stdout, 'data');
writeFileSync(join(tmpdir(), 'left'), '');
const pids = [process.pid, stubborn.pid, infoField(info, 'process_id')];
process.stdout.write(`${JSON.stringify({ folder: tmpdir(), pids: pids.map(Number) })}\n`);

const exitCode = process.argv[2] ?? '';
if (exitCode !== '') process.exit(Number(exitCode));
