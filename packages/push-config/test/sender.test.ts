import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { type StreamResponse, TaskState } from '@a2a-js/sdk';
import { DefaultPushNotificationSender } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT, contextOf, listen } from './support.ts';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: RedisServer;
let clients: readonly [RedisClientType, RedisClientType];
const received: Received[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push({ path: request.url, headers: request.headers, body });
    response.end();
  });
});
let receiverUrl: string;

beforeAll(async () => {
  // The SDK's sender reports every notification on the console.
  vi.spyOn(console, 'info').mockImplementation(() => {});
  server = await startRedisServer();
  clients = [await connect(server.url), await connect(server.url)];
  receiverUrl = `http://127.0.0.1:${await listen(receiver)}`;
});

afterEach(() => {
  received.length = 0;
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
  receiver.close();
  receiver.closeAllConnections();
  await once(receiver, 'close');
});

const UPDATE: StreamResponse = {
  payload: {
    $case: 'statusUpdate',
    value: {
      taskId: 'task',
      contextId: 'context',
      status: { state: TaskState.TASK_STATE_COMPLETED, message: undefined, timestamp: undefined },
      metadata: undefined,
    },
  },
};

test("what one replica saved, another replica's sender posts to", async () => {
  const options = {
    prefix: newPrefix(),
    encryption: { keys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }] },
  };
  const saving = new RedisPushNotificationConfigStore(clients[0], options);
  const sending = new RedisPushNotificationConfigStore(clients[1], options);
  await saving.save('task', CONTEXT, configOf('token', { url: `${receiverUrl}/a`, token: 't0k' }));
  await saving.save(
    'task',
    CONTEXT,
    configOf('bearer', {
      url: `${receiverUrl}/b`,
      authentication: { scheme: 'Bearer', credentials: 'cr3d' },
    }),
  );
  await saving.save('other', CONTEXT, configOf('other', { url: `${receiverUrl}/c` }));

  await new DefaultPushNotificationSender(sending).send(UPDATE, CONTEXT);

  const posts = received.toSorted((one, other) => (one.path ?? '').localeCompare(other.path ?? ''));
  const body = JSON.stringify({
    statusUpdate: {
      taskId: 'task',
      contextId: 'context',
      status: { state: 'TASK_STATE_COMPLETED' },
    },
  });
  expect(posts).toMatchObject([
    { path: '/a', headers: { 'x-a2a-notification-token': 't0k' }, body },
    { path: '/b', headers: { authorization: 'Bearer cr3d' }, body },
  ]);
});

test('each webhook gets the form of the version that it was registered over', async () => {
  const prefix = newPrefix();
  const saving = new RedisPushNotificationConfigStore(clients[0], { prefix });
  const sending = new RedisPushNotificationConfigStore(clients[1], { prefix });
  const legacy = contextOf('acme', 'ann', '0.3');
  await saving.save('task', legacy, configOf('old', { url: `${receiverUrl}/old` }));
  await saving.save('task', CONTEXT, configOf('new', { url: `${receiverUrl}/new` }));

  const serializers = {
    '0.3': { serialize: () => ({ body: 'legacy', contentType: 'text/plain' }) },
    '1.0': { serialize: () => ({ body: 'current', contentType: 'text/plain' }) },
  };
  await new DefaultPushNotificationSender(sending, { serializers }).send(UPDATE, CONTEXT);

  expect(new Map(received.map(({ path, body }) => [path, body]))).toStrictEqual(
    new Map([
      ['/old', 'legacy'],
      ['/new', 'current'],
    ]),
  );
});
