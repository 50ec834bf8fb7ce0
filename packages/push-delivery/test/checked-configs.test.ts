import { CARD } from '@a2a-redis-internal/contract/queue-fixtures';
import {
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { createClient } from 'redis';
import { expect, test, vi } from 'vitest';

import { webhookConfigCheck } from '../src/index.ts';

test.each([
  [{ url: 'http://client.example/hook?key=s3cret' }, "The webhook's URL must begin with https:."],
  [{ url: 'https://169.254.169.254/latest/' }, "The webhook's host has a link-local address."],
  [
    { url: 'https://client.example/', token: 'a\r\nhost: other' },
    "The webhook's token must not hold line breaks, nor what is not in Latin-1.",
  ],
])(
  'a client that sends a message with %j is told what is wrong, and nothing is executed',
  async (config, message) => {
    const execute = vi.fn<() => Promise<void>>(async () => {});
    const handler = new DefaultRequestHandler(
      CARD,
      new InMemoryTaskStore(),
      { execute, cancelTask: async () => {} },
      undefined,
      // A client that is not connected: what is refused needs none.
      new RedisPushNotificationConfigStore(createClient(), { checkConfig: webhookConfigCheck() }),
    );
    const answer = await new JsonRpcTransportHandler(handler).handle(
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'SendMessage',
        params: {
          message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] },
          configuration: { taskPushNotificationConfig: config },
        },
      },
      new ServerCallContext({ requestedVersion: '1.0' }),
    );
    expect(answer).toMatchObject({ error: { code: -32_602, message } });
    expect(execute).not.toHaveBeenCalled();
  },
);
