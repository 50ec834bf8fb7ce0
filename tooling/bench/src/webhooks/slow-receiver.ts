import { DefaultPushNotificationSender } from '@a2a-js/sdk/server';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { streamChunks } from '../agent.ts';
import { type BenchPush, newPrefix, OPTIONS } from './bench-push.ts';
import { startReceiver } from './receiver.ts';
import { quietly } from './sends.ts';

const ANSWER_MS = 1000;
/** The SDK's handler waits for each webhook of its sender: a second for each event. */
const CHUNKS_WITH_SDK = 3;

/** Milliseconds for each event of a stream: without webhooks, and with a receiver that takes a second. */
export interface StreamTimes {
  readonly without: number;
  readonly push: number;
  /** With the SDK's sender. */
  readonly sdk: number;
}

/** Times streams through the request handler, store and manager; the deliveries are made in the same process. */
export async function timeStreams(bench: BenchPush, chunks: number): Promise<StreamTimes> {
  const { client, configs } = bench;
  await using receiver = await startReceiver(ANSWER_MS);
  const taskStore = new RedisTaskStore(client, { prefix: newPrefix(bench) });
  const queues = new RedisStreamsQueueManager(client, { prefix: newPrefix(bench), taskStore });
  const bare = await streamChunks(taskStore, chunks, queues);
  await queues.close();

  const told = new RedisStreamsQueueManager(client, { prefix: newPrefix(bench), taskStore });
  const push = new RedisPushNotificationSender(client, configs, {
    ...OPTIONS,
    prefix: newPrefix(bench),
  });
  const { url } = receiver;
  const sender = told.distributeSender(push);
  const pushed = await streamChunks(taskStore, chunks, told, { store: configs, sender, url });
  await told.close();
  await push.close();

  let sdk = 0;
  await quietly(async () => {
    const own = { store: configs, sender: new DefaultPushNotificationSender(configs), url };
    const { wallMs, events } = await streamChunks(taskStore, CHUNKS_WITH_SDK, undefined, own);
    sdk = wallMs / events;
  });
  return {
    without: bare.wallMs / bare.events,
    push: pushed.wallMs / pushed.events,
    sdk,
  };
}
