// Takes one event of a direct queue, says which, and works on it for ever. Killed by its test.
//
// argv: URL, prefix, queue id
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { createClient } from 'redis';

const [, , url, prefix, queueId] = process.argv;
const client = createClient({ url });
client.on('error', () => {});
await client.connect();
const queues = new RedisStreamsQueueManager(client, {
  prefix,
  consumerConfig: { reclaimIdleMs: 200 },
});
const queue = await queues.createOrTap(queueId);
const event = await queue.dequeueEvent();
process.send(event.data.messageId);
