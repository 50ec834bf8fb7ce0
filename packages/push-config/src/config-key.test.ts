import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { configField, configIdOfField, configsKey, COUNTER_FIELD } from './config-key.ts';

const text = fc.string({ unit: 'binary', maxLength: 8 });
const place = fc.record({
  prefix: fc.constant('p:'),
  scope: fc.record({ tenant: text, owner: text }),
  taskId: text,
});

test('the key holds prefix, tenant, owner and task id, the last three in the hash tag', () => {
  const scope = { tenant: '', owner: 'a:b' };
  expect(configsKey({ prefix: 'p:', scope, taskId: '{t}' })).toBe('p:{:a%3Ab:%7Bt%7D}:configs');
});

test('two places share a key only when they are the same', () => {
  fc.assert(
    fc.property(place, place, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(configsKey(one) === configsKey(other)).toBe(same);
    }),
  );
});

test('every config id has a field of its own, which is never the counter', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(configIdOfField(configField(id))).toBe(id);
      expect(configField(id)).not.toBe(COUNTER_FIELD);
    }),
  );
  expect(configIdOfField(COUNTER_FIELD)).toBeUndefined();
});
