import { TaskPushNotificationConfig } from '@a2a-js/sdk';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { configFault, decodeConfig, encodeConfig } from './config-codec.ts';

const text = fc.string({ unit: 'binary' });
const stored = fc.record({
  wireVersion: fc.constantFrom('0.3', '1.0', ''),
  config: fc.record({
    tenant: text,
    id: text,
    taskId: text,
    url: text,
    token: text,
    authentication: fc.option(fc.record({ scheme: text, credentials: text }), { nil: undefined }),
  }),
});

test('what is decoded is what a structured clone would be', () => {
  fc.assert(
    fc.property(stored, (original) => {
      expect(configFault(original.config)).toBeUndefined();
      expect(decodeConfig(encodeConfig(original))).toStrictEqual(structuredClone(original));
    }),
  );
});

test("the config is in the SDK's wire form", () => {
  fc.assert(
    fc.property(stored, (original) => {
      expect(JSON.parse(encodeConfig(original))).toStrictEqual({
        wireVersion: original.wireVersion,
        config: TaskPushNotificationConfig.toJSON(original.config),
      });
    }),
  );
});

test('fields of a later protocol are left out, not taken for a fault', () => {
  const later = '{"wireVersion":"2.0","config":{"id":"a","retries":3},"note":1}';
  expect(decodeConfig(later)).toStrictEqual({
    wireVersion: '2.0',
    config: {
      tenant: '',
      id: 'a',
      taskId: '',
      url: '',
      token: '',
      authentication: undefined,
    },
  });
});
