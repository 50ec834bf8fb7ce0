import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { configOf, contextOf, ODD_IDS } from './fixtures.ts';
import type { Subject } from './subject.ts';

const CONFIGS: Readonly<Record<string, Partial<TaskPushNotificationConfig>>> = {
  'nothing but an id': { taskId: '', url: '' },
  'every field': {
    tenant: 'acme',
    taskId: 'another than the call names',
    url: 'https://client.example/a?b=c&d=%20#e',
    token: 'secret',
    authentication: { scheme: 'Bearer', credentials: 'abc' },
  },
  'an authentication of empty texts': { authentication: { scheme: '', credentials: '' } },
  'text in many scripts': { token: '"\\\u0000\u001F\u2028 ß 漢字 🦀 \u{10FFFF}' },
  'text that no Unicode encoding has': { token: '\uD800 \uDC00' },
  'texts that look like other values': { token: 'null', url: '12345', tenant: '{}' },
  'a token of 10 kB': { token: 'é'.repeat(5_000) },
};

/** What is loaded equals what was saved, field by field. */
export function keepsEveryField({ makeStore }: Subject): void {
  describe('fields', () => {
    test.each(Object.entries(CONFIGS))('%s', async (_name, fields) => {
      const store = await makeStore();
      const config = configOf({ id: 'a', ...fields });
      await store.save('task', contextOf(), config);
      expect(await store.load('task', contextOf())).toStrictEqual([config]);
    });

    test('odd config ids', async () => {
      const store = await makeStore();
      const configs = ODD_IDS.map((id) => configOf({ id }));
      for (const config of configs) await store.save('task', contextOf(), config);
      expect(await store.load('task', contextOf())).toStrictEqual(configs);
    });
  });
}
