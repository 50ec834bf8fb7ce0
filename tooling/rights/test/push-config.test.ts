import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';

import type { RedisScriptClient } from '@a2a-redis/core/shared';

import { describeMissingRights, type Step } from './describe-missing-rights.ts';

const CONTEXT = new ServerCallContext();

/** Stores of one application: its configs are kept for ever, or expire. */
class Configs implements AsyncDisposable {
  readonly lasting: RedisPushNotificationConfigStore;
  readonly expiring: RedisPushNotificationConfigStore;

  constructor(client: RedisScriptClient, prefix: string) {
    this.lasting = new RedisPushNotificationConfigStore(client, { prefix });
    this.expiring = new RedisPushNotificationConfigStore(client, { prefix, ttlSeconds: 100 });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function configOf(id: string): TaskPushNotificationConfig {
  const url = 'https://client.example/hook';
  return { tenant: '', id, taskId: 'task', url, token: '', authentication: undefined };
}

const steps: Readonly<Record<string, Step<Configs>>> = {
  save: async ({ lasting }) => lasting.save('task', CONTEXT, configOf('a')),
  'save one that expires': async ({ expiring }) => expiring.save('task', CONTEXT, configOf('b')),
  load: async ({ lasting }) => lasting.load('task', CONTEXT),
  'delete one': async ({ lasting }) => lasting.delete('task', CONTEXT, 'a'),
  'delete the last one': async ({ lasting }) => lasting.delete('task', CONTEXT, 'b'),
  'delete all': async ({ lasting }) => lasting.delete('task', CONTEXT),
};

describeMissingRights({
  name: 'push-config',
  open: (client, suffix) => new Configs(client, `a2a:push:${suffix}`),
  steps,
  buildsUp: true,
});
