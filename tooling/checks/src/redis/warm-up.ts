import { startRedisServer } from '@a2a-redis-internal/redis-server';

import type { StepResult } from '../runner/step.ts';

/**
 * Starts and stops the servers that tests start, so that an image is downloaded, or Redis installed
 * or compiled, once and outside of any test's time limit. The launcher tells what takes long.
 */
export async function warmUpRedis(): Promise<StepResult> {
  // One that need not be ours, which Docker may give, and one that tests can kill.
  for (const processControl of [false, true]) {
    await using server = await startRedisServer({ processControl });
    if (processControl) await server.kill();
  }
  return { passed: 1, failed: 0 };
}
