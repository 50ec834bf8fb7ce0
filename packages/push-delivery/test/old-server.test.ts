import { OldServer, REFUSED, TOO_OLD } from '@a2a-redis-internal/contract/old-server';
import { InMemoryPushNotificationStore } from '@a2a-js/sdk/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { configOf, CONTEXT, statusOf } from './responses.ts';

const CONFIG = { taskId: 't', configId: 'a' };

const CALLS: Readonly<Record<string, (push: RedisPushNotificationSender) => Promise<unknown>>> = {
  send: async (push) => push.send(statusOf('t', 'completed'), CONTEXT),
  toldUpTo: async (push) => push.toldUpTo('t', CONTEXT, 'publisher'),
  deadLetters: async (push) => push.deadLetters(CONTEXT),
  replay: async (push) => push.replay(CONTEXT),
  pause: async (push) => push.pause(CONTEXT, CONFIG),
  resume: async (push) => push.resume(CONTEXT, CONFIG),
  lanes: async (push) => push.lanes(CONTEXT, 't'),
  stats: async (push) => push.stats(CONTEXT),
};

describe('a server that is too old', () => {
  const old = new OldServer();
  const configs = new InMemoryPushNotificationStore();
  const errors: Error[] = [];
  let push: RedisPushNotificationSender;

  const open = (deliver: boolean): RedisPushNotificationSender =>
    new RedisPushNotificationSender(old.client, configs, {
      deliver,
      onError: (error) => errors.push(error),
    });

  beforeEach(async () => {
    errors.length = 0;
    await configs.save('t', CONTEXT, configOf('t', 'a', 'https://receiver.example/a'));
    push = open(false);
  });
  afterEach(async () => {
    await push.close();
  });

  test.each(Object.entries(CALLS))('is named by %s, which writes nothing', async (_, call) => {
    expect(await old.refused(async () => call(push))).toEqual(REFUSED);
  });

  test('is named by who would deliver', async () => {
    await using worker = open(true);
    await expect.poll(() => errors).toContainEqual(TOO_OLD);
    expect(await worker.drain(10_000)).toBe(true);
    expect(await old.client.dbSize()).toBe(0);
  });
});
