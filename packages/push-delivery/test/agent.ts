import { type OpenSender, serveAgent } from '@a2a-redis-internal/agent-server';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';

/**
 * One replica of an agent whose webhooks arrive. Settings, from the environment: `QUEUES`, `streams` or `pubsub`;
 * `SENDER_OPTIONS`, as JSON; `TELLS=never` for a process that comes to queue no webhook.
 */
const openSender: OpenSender = (client, configs, { prefix, onError }) => {
  const { SENDER_OPTIONS = '{}', TELLS } = process.env;
  const options: object = JSON.parse(SENDER_OPTIONS);
  const push = new RedisPushNotificationSender(client, configs, {
    ...options,
    prefix: `${prefix}delivery:`,
    onError,
  });
  // As if the process were killed before each of these calls.
  if (TELLS === 'never') push.sendEvent = async () => new Promise(() => {});
  return { sender: push, close: async () => push.close() };
};

serveAgent(
  (client, options) =>
    process.env['QUEUES'] === 'pubsub'
      ? new RedisPubSubQueueManager(client, options)
      : new RedisStreamsQueueManager(client, options),
  openSender,
);
