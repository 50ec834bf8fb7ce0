/** Plays the scenario: a private Redis, three replicas as processes of their own, a load balancer. */
import { randomUUID } from 'node:crypto';

import { StepFailed, Transcript } from '@a2a-redis-internal/example-travel-agent/transcript';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { startReplicas, startRoundRobinProxy } from '@a2a-redis-internal/replicas';

import { play } from './scenario.ts';

/** Short, so that the demo is. In production 15 seconds are the default. */
const FAILOVER_MS = 3000;

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const transcript = new Transcript((line) => console.log(line), colour);

console.log('\nOne agent on three replicas behind a load balancer');
try {
  await using redis = await startRedisServer();
  await using proxy = await startRoundRobinProxy();
  await using group = await startReplicas(['alpha', 'beta', 'gamma'], {
    module: new URL('replica.ts', import.meta.url),
    env: {
      REDIS_URL: redis.url,
      PUBLIC_URL: proxy.url,
      PREFIX: `replicas-demo-${randomUUID()}:`,
      FAILOVER_MS: String(FAILOVER_MS),
    },
  });
  proxy.setTargets(group.replicas);
  transcript.note(`Redis ${redis.version} by ${redis.source}`);
  for (const { name, pid } of group.replicas) transcript.say(name, `process ${pid}`);
  await play({ transcript, proxy, replicas: group.replicas });
} catch (error) {
  if (!(error instanceof StepFailed)) {
    console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
transcript.summary();
if (transcript.failures > 0) process.exitCode = 1;
