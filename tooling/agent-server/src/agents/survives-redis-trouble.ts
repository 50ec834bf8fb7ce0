import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from '@a2a-redis-internal/redis-clients';
import { it } from 'vitest';

import type { AgentsInUse } from './use-agents.ts';

/** How many chunks are streamed while there is trouble. */
const CHUNKS = 200;

/** What comes between Redis and its clients, told how many responses were seen so far. */
export type Trouble = (seen: () => number) => Promise<void>;

/** Streams so many chunks slowly, makes trouble meanwhile, and checks what came of it. */
export type ExpectSurvival = (count: number, trouble: Trouble) => Promise<void>;

/** Declares the tests of what an agent survives, as the queue manager promises it. */
export function survivesRedisTrouble(used: AgentsInUse, expectSurvival: ExpectSurvival): void {
  it('while connections are killed every 100 ms', async () => {
    const admin = await connect(used.server.url);
    await expectSurvival(CHUNKS, async (seen) => {
      while (seen() <= CHUNKS - 20) {
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
        await sleep(100);
      }
    });
    admin.destroy();
  });

  it('when the server is restarted', async () => {
    await expectSurvival(CHUNKS, async () => used.server.restart());
  });

  it('when the server stands still for 5 s', async () => {
    await expectSurvival(CHUNKS, async () => {
      used.server.pause();
      await sleep(5000);
      used.server.resume();
    });
  });

  it('when the server forgets its scripts', async () => {
    const admin = await connect(used.server.url);
    await expectSurvival(CHUNKS, async (seen) => {
      while (seen() <= CHUNKS - 20) await admin.sendCommand(['SCRIPT', 'FLUSH']);
    });
    admin.destroy();
  });
}
