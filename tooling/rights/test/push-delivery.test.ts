import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { StreamResponse, Task, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import {
  RedisPushNotificationSender,
  type RedisPushNotificationSenderOptions,
} from '@a2a-redis/push-delivery';
import { afterAll, beforeAll } from 'vitest';

import type { RedisScriptClient } from '@a2a-redis/core/shared';

import { describeMissingRights, type Step } from './describe-missing-rights.ts';

const CONTEXT = new ServerCallContext({ requestedVersion: '1.0' });

/** Takes what is posted to `/good`, and refuses the rest. */
const receiver: Server = createServer((request, response) => {
  request.resume();
  response.writeHead(request.url === '/good' ? 204 : 404).end();
});

beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(() => {
  receiver.close();
  receiver.closeAllConnections();
});

/** Webhooks as a process has them: one that queues, and, while they are delivered, one that delivers. */
class Webhooks implements AsyncDisposable {
  readonly configs: RedisPushNotificationConfigStore;
  readonly sender: RedisPushNotificationSender;
  readonly #client: RedisScriptClient;
  readonly #prefix: string;

  constructor(client: RedisScriptClient, suffix: string) {
    this.#client = client;
    this.#prefix = `a2a:delivery:${suffix}`;
    this.configs = new RedisPushNotificationConfigStore(client, { prefix: `a2a:push:${suffix}` });
    this.sender = this.#open({ deliver: false });
  }

  /** Delivers until nothing waits. */
  async deliver(): Promise<void> {
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    await using sender = this.#open({ onError: fail });
    await Promise.race([failed, untilNothingWaits(sender)]);
  }

  #open(options: RedisPushNotificationSenderOptions): RedisPushNotificationSender {
    return new RedisPushNotificationSender(this.#client, this.configs, {
      prefix: this.#prefix,
      targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.0/8'] },
      // Others take over at once what was refused half-way.
      leaseMs: 100,
      lookMs: 10,
      retry: { baseMs: 10, maxMs: 10 },
      maxBacklog: 4,
      maxDeadLetters: 1,
      endedConfigSeconds: 200_000,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sender.close();
  }
}

async function untilNothingWaits(sender: RedisPushNotificationSender): Promise<void> {
  while ((await sender.stats()).waiting > 0) await sleep(5);
}

function configOf(id: string): TaskPushNotificationConfig {
  const address = receiver.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const url = `http://127.0.0.1:${port}/${id}`;
  return { tenant: '', id, taskId: 't', url, token: '', authentication: undefined };
}

function chunkOf(text: string): StreamResponse {
  const artifact = { artifactId: 'a', parts: [{ text }] };
  return StreamResponse.fromJSON({ artifactUpdate: { taskId: 't', contextId: 'c', artifact } });
}

const END: StreamResponse = StreamResponse.fromJSON({
  statusUpdate: { taskId: 't', contextId: 'c', status: { state: 'TASK_STATE_COMPLETED' } },
});

const TASK: Task = Task.fromJSON({ id: 't', contextId: 'c' });

const STEPS: Readonly<Record<string, Step<Webhooks>>> = {
  'send to nobody': async ({ sender }) => sender.send(chunkOf('0'), CONTEXT),
  register: async ({ configs }) => configs.save('t', CONTEXT, configOf('good')),
  'register another': async ({ configs }) => configs.save('t', CONTEXT, configOf('bad')),
  send: async ({ sender }) => sender.send(chunkOf('1'), CONTEXT),
  'send another': async ({ sender }) => sender.send(chunkOf('2'), CONTEXT),
  'count what waits': async ({ sender }) => sender.stats(CONTEXT),
  'find what was sent': async ({ sender }) => sender.toldUpTo('t', CONTEXT, 'nobody'),
  deliver: async (own) => own.deliver(),
  'list dead letters': async ({ sender }) => sender.deadLetters(CONTEXT),
  replay: async ({ sender }) => sender.replay(CONTEXT),
  pause: async ({ sender }) => sender.pause(CONTEXT, { taskId: 't', configId: 'bad' }),
  'see lanes': async ({ sender }) => sender.lanes(CONTEXT, 't'),
  'give up chunks': async ({ sender }) => {
    for (let part = 0; part < 8; part += 1) await sender.send(chunkOf(`${part}`), CONTEXT, TASK);
  },
  'send the end': async ({ sender }) => sender.send(END, CONTEXT, TASK),
  unregister: async ({ configs }) => configs.delete('t', CONTEXT, 'bad'),
  resume: async ({ sender }) => sender.resume(CONTEXT, { taskId: 't', configId: 'bad' }),
  'deliver the rest': async (own) => own.deliver(),
  'unregister all': async ({ configs }) => configs.delete('t', CONTEXT),
  'send to nobody any more': async ({ sender }) => sender.send(chunkOf('9'), CONTEXT),
};

describeMissingRights({
  name: 'push-delivery',
  open: (client, suffix) => new Webhooks(client, suffix),
  steps: STEPS,
  buildsUp: true,
  untold: ['+unsubscribe'],
});
