import { expect, vi } from 'vitest';

import type { Replica } from './replica.ts';

/** Waits until a replica reads that a task is in a state. */
export async function untilStored(replica: Replica, taskId: string, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await replica.stored(taskId))?.state).toBe(state);
    },
    { timeout: 30_000, interval: 20 },
  );
}
