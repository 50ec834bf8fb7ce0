import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { streamChunks, type StreamTiming } from '../agent.ts';
import { type BenchPush, newPrefix, OPTIONS } from './bench-push.ts';
import { startReceiver } from './receiver.ts';

const ANSWER_MS = 1000;

/** A stream without webhooks, and one with a receiver that takes a second. */
export interface StreamTimes {
  readonly without: StreamTiming;
  readonly push: StreamTiming;
}

/** Times streams through the request handler, store and manager; the deliveries are made in the same process. */
export async function timeStreams(bench: BenchPush, chunks: number): Promise<StreamTimes> {
  const { client, configs } = bench;
  await using receiver = await startReceiver(ANSWER_MS);
  const taskStore = new RedisTaskStore(client, { prefix: newPrefix(bench) });
  const queues = new RedisStreamsQueueManager(client, { prefix: newPrefix(bench), taskStore });
  const without = await streamChunks(taskStore, chunks, queues);
  await queues.close();

  const told = new RedisStreamsQueueManager(client, { prefix: newPrefix(bench), taskStore });
  const sender = new RedisPushNotificationSender(client, configs, {
    ...OPTIONS,
    prefix: newPrefix(bench),
  });
  const push = await streamChunks(taskStore, chunks, told, {
    store: configs,
    sender: told.distributeSender(sender),
    url: receiver.url,
  });
  await told.close();
  await sender.close();
  return { without, push };
}
