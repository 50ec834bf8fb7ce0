/**
 * Plays the scenario against a private Redis and the server as a process of its own.
 *
 * `--lose-data` restarts the server on other keys, as if Redis had lost everything: the demo must
 * then fail, which shows that its checks look.
 */
import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createRedisClient } from '@a2a-redis/core';

import { type AgentProcess, startAgent } from './agent-process.ts';
import { play } from './scenario.ts';
import { StepFailed, Transcript } from './transcript.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const PACE_MS = 100;
const LOG_TAIL_LINES = 20;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

const loseData = process.argv.includes('--lose-data');
// The launcher may have found a Redis that others use, or that an earlier run used.
const prefix = `travel-demo-${randomUUID()}:`;

let silent = false;
const write = (line: string): void => {
  if (!silent) console.log(line);
};
const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const transcript = new Transcript(write, colour);

const cleanups: (() => Promise<unknown>)[] = [];
let cleaned: Promise<void> | undefined;

function cleanUp(): Promise<void> {
  cleaned ??= (async () => {
    for (const cleanup of cleanups.toReversed()) {
      await cleanup().catch((error: unknown) => write(`Not cleaned up: ${messageOf(error)}`));
    }
  })();
  return cleaned;
}

for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
  process.on(signal, () => {
    if (silent) return;
    write('\nInterrupted; cleaning up.');
    // What the scenario meets from here on is of our making.
    silent = true;
    void cleanUp().finally(() => process.exit(exitCode));
  });
}

async function main(): Promise<number> {
  let agent: AgentProcess | undefined;
  try {
    write('A travel agent whose tasks survive its server');
    const redis = await startRedis();
    cleanups.push(() => removeRedis(redis));
    transcript.note(`Redis ${redis.version} by ${redis.source}`);
    const webhooks = await startWebhookReceiver();
    cleanups.push(async () => webhooks.close());
    let starts = 0;
    await play({
      transcript,
      webhooks,
      async startAgent() {
        starts += 1;
        const started = await startAgent({
          REDIS_URL: redis.url,
          PORT: '0',
          TRAVEL_PACE_MS: String(PACE_MS),
          TRAVEL_PREFIX: loseData && starts > 1 ? `${prefix}lost:` : prefix,
        });
        cleanups.push(() => started.stop('SIGKILL'));
        agent = started;
        return started;
      },
    });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  } finally {
    await cleanUp();
  }
  if (transcript.failures > 0 && agent !== undefined) showLog(agent.log());
  transcript.summary();
  return transcript.failures === 0 ? 0 : 1;
}

/**
 * A Redis with persistence of the demo's own, where this machine can run one. Another will do too,
 * because only the agent's server is killed.
 */
async function startRedis(): Promise<RedisServer> {
  if (process.env['REDIS_URL'] !== undefined) return startRedisServer();
  return startRedisServer({ persistence: true }).catch(() => startRedisServer());
}

async function removeRedis(redis: RedisServer): Promise<void> {
  if (redis.source === 'REDIS_URL') {
    const client = await createRedisClient({ url: redis.url });
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
      if (keys.length > 0) await client.unlink(keys);
    }
    await client.close();
  }
  await redis.stop();
}

function showLog(log: string): void {
  write('\n   What the server printed last:');
  for (const line of log.split('\n').slice(-LOG_TAIL_LINES)) write(`   | ${line}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  const exitCode = await main();
  if (!silent) process.exitCode = exitCode;
} catch (error) {
  write(`\n✗ ${messageOf(error)}`);
  process.exitCode = 1;
}
