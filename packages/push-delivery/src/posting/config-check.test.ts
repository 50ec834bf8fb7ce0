import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { expect, test } from 'vitest';

import { webhookConfigCheck } from './config-check.ts';

function configOf(fields: Partial<TaskPushNotificationConfig>): TaskPushNotificationConfig {
  return {
    tenant: '',
    id: 'config',
    taskId: 'task',
    url: 'https://client.example/hook',
    token: '',
    authentication: undefined,
    ...fields,
  };
}

test('a config that can be posted to is taken', () => {
  const authentication = { scheme: 'Bearer', credentials: 'cr3d' };
  expect(webhookConfigCheck()(configOf({ authentication }))).toBeUndefined();
});

test.each([
  [{ url: 'https://10.0.0.1/' }, "The webhook's host has a private address."],
  [{ token: 'a\nb' }, "The webhook's token must not hold line breaks, nor what is not in Latin-1."],
  [
    { authentication: { scheme: 'a b', credentials: 'c' } },
    "The webhook's authentication scheme is not one word of HTTP.",
  ],
])('%j is not', (fields, refusal) => {
  expect(webhookConfigCheck()(configOf(fields))).toBe(refusal);
});

test('the check has the options of the sender', () => {
  const check = webhookConfigCheck({ allowHttp: true, ports: [8080], allow: ['10.0.0.0/8'] });
  expect(check(configOf({ url: 'http://10.0.0.1:8080/' }))).toBeUndefined();
  expect(() => webhookConfigCheck({ ports: [] })).toThrow('Option "ports"');
});
