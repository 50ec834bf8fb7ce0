import { startRedisServer } from '@a2a-redis-internal/redis-server';

import type { PackedPackages } from '../packages/pack.ts';
import type { Finding } from '../runner/step.ts';
import { type Consumer, runConsumer } from './consumer.ts';

const CONSUMERS: readonly Consumer[] = [
  { name: 'esm-task-store', installer: 'pnpm' },
  { name: 'cjs-push-config', installer: 'npm' },
];

/** Runs every consumer against one real server. */
export async function runConsumers(packages: PackedPackages): Promise<readonly Finding[]> {
  const packed = await packages.get();
  await using server = await startRedisServer();
  const findings: Finding[] = [];
  for (const consumer of CONSUMERS) {
    findings.push(await runConsumer(consumer, packed, server.url));
  }
  return findings;
}
