import { setTimeout as sleep } from 'node:timers/promises';

import { startReplica } from '../index.ts';
import type { AgentCalls } from './agent.ts';

/**
 * A process that starts a replica, brings it into the state that its argument names, says its
 * process id, and waits for a signal.
 */
const replica = await startReplica<AgentCalls>({
  module: new URL('agent.ts', import.meta.url),
  name: 'orphan',
});
if (process.argv[2] === 'paused') replica.pause();
if (process.argv[2] === 'busy') replica.call('hang').catch(() => undefined);
process.stdout.write(`${replica.pid}\n`);
await sleep(60_000);
