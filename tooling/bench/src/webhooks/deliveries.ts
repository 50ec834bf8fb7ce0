import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { StreamResponse } from '@a2a-js/sdk';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { Agent, request } from 'undici';

import { infoNumber, readScripts } from '../redis-info.ts';
import {
  AT_ONCE,
  type BenchPush,
  chunk,
  configOf,
  CONTEXT,
  newPrefix,
  OPTIONS,
} from './bench-push.ts';

export const EVENTS_PER_TASK = 10;

/** What one delivery, or one post, takes: many at once, so that it is the inverse of a rate. */
export interface PostTime {
  readonly wallMs: number;
  /** Of this process, the thread of the receiver included. */
  readonly cpuMs: number;
}

/** What waits costs the server, and what delivering it takes. */
export interface DeliveryCost extends PostTime {
  /** Of Redis, for each event that waits: of tasks with one, and with {@link EVENTS_PER_TASK}. */
  readonly bytesOfFirst: number;
  readonly bytes: number;
  readonly scriptCalls: number;
  /** That scripts ran. */
  readonly commands: number;
}

/** Queues events of many tasks, and has one process deliver them. */
export async function timeDeliveries(bench: BenchPush, tasks: number): Promise<DeliveryCost> {
  const { client, configs, receiver } = bench;
  const ids = Array.from({ length: tasks }, () => randomUUID());
  for (const id of ids) await configs.save(id, CONTEXT, configOf(id, receiver.url));
  const options = { ...OPTIONS, prefix: newPrefix(bench) };
  await using web = new RedisPushNotificationSender(client, configs, {
    ...options,
    deliver: false,
  });
  const memory = async (): Promise<number> => infoNumber(client, 'memory', 'used_memory:');
  const empty = await memory();
  let first = empty;
  for (let count = 0; count < EVENTS_PER_TASK; count += 1) {
    await Promise.all(ids.map(async (id) => web.send(chunk(id, String(count)), CONTEXT)));
    if (count === 0) first = await memory();
  }
  const events = tasks * EVENTS_PER_TASK;
  const bytes = ((await memory()) - empty) / events;
  const from = receiver.count();
  const before = await readScripts(client);
  const time = await timePosts(events, async () => {
    await using _worker = new RedisPushNotificationSender(client, configs, options);
    while (receiver.count() < from + events) await sleep(2);
  });
  const after = await readScripts(client);
  return {
    ...time,
    bytes,
    bytesOfFirst: (first - empty) / tasks,
    scriptCalls: (after.calls - before.calls) / events,
    commands: (after.commands - before.commands) / events,
  };
}

/** Posts with undici alone. */
export async function timeBarePosts({ receiver }: BenchPush, count: number): Promise<PostTime> {
  return post(receiver.url, count, async () => BODY);
}

/** Moves the cursor of a lane, drops the event that is settled, and reads the next: what no queue can leave out. */
const FLOOR_SCRIPT = `
redis.call('HSET', KEYS[1], 'cursor', ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('HGET', KEYS[2], ARGV[1] + 1)
`;

/**
 * The same, with one call of Redis for each: one that settles a post and takes what is next. No queue takes less that
 * delivers at least once, and knows of each what has become of it before the next one of its lane goes out.
 */
export async function timePostsWithOneCall(bench: BenchPush, count: number): Promise<PostTime> {
  const { client, receiver } = bench;
  const prefix = newPrefix(bench);
  const sha = await client.scriptLoad(FLOOR_SCRIPT);
  const each = Math.ceil(count / AT_ONCE);
  for (let lane = 0; lane < AT_ONCE; lane += 1) {
    const events = Array.from({ length: each + 1 }, (_, index) => [String(index), BODY]);
    await client.hSet(`${prefix}{${lane}}:events`, Object.fromEntries(events));
  }
  return post(receiver.url, count, async (lane, number) => {
    const keys = [`${prefix}{${lane}}:lanes`, `${prefix}{${lane}}:events`];
    const next = await client.evalSha(sha, { keys, arguments: [String(number)] });
    return typeof next === 'string' ? next : BODY;
  });
}

const BODY = JSON.stringify(StreamResponse.toJSON(chunk(randomUUID(), '0')));

/** @param next Called after each post: what is posted next. */
async function post(
  url: string,
  count: number,
  next: (lane: number, number: number) => Promise<string>,
): Promise<PostTime> {
  const dispatcher = new Agent({ connections: AT_ONCE });
  const headers = { 'content-type': 'application/a2a+json' };
  let left = count;
  const time = await timePosts(count, async () => {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, lane) => {
        let body = BODY;
        for (let number = 0; left > 0; number += 1) {
          left -= 1;
          const response = await request(url, { method: 'POST', dispatcher, body, headers });
          await response.body.dump();
          body = await next(lane, number);
        }
      }),
    );
  });
  await dispatcher.close();
  return time;
}

async function timePosts(count: number, work: () => Promise<void>): Promise<PostTime> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: wallMs / count, cpuMs: (user + system) / 1000 / count };
}
