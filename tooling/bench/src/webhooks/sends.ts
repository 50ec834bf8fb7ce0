import { randomUUID } from 'node:crypto';

import { DefaultPushNotificationSender } from '@a2a-js/sdk/server';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';

import { median } from '../statistics.ts';
import { type BenchPush, chunk, configOf, CONTEXT, newPrefix, OPTIONS } from './bench-push.ts';

const SENDS = 100;

/** The median of one `send` each in milliseconds, with one config of an instant receiver; `none` for a task without one. */
export interface SendTimes {
  readonly sdk: number;
  readonly push: number;
  readonly none: number;
}

/** Times `send`, of one sender and the other in turn. */
export async function timeSends(bench: BenchPush): Promise<SendTimes> {
  const { client, configs, receiver } = bench;
  const taskId = randomUUID();
  await configs.save(taskId, CONTEXT, configOf(taskId, receiver.url));
  await using push = new RedisPushNotificationSender(client, configs, {
    ...OPTIONS,
    prefix: newPrefix(bench),
    deliver: false,
  });
  const sdk = new DefaultPushNotificationSender(configs);
  const times = { sdk: [] as number[], push: [] as number[], none: [] as number[] };
  await quietly(async () => {
    for (let count = 0; count < SENDS; count += 1) {
      const response = chunk(taskId, String(count));
      times.sdk.push(await timed(async () => sdk.send(response, CONTEXT)));
      times.push.push(await timed(async () => push.send(response, CONTEXT)));
      times.none.push(await timed(async () => push.send(chunk('none', '0'), CONTEXT)));
    }
  });
  return { sdk: median(times.sdk), push: median(times.push), none: median(times.none) };
}

/** The SDK's sender writes a line for each webhook. */
async function quietly(work: () => Promise<void>): Promise<void> {
  const { info } = console;
  console.info = () => {};
  try {
    await work();
  } finally {
    console.info = info;
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
