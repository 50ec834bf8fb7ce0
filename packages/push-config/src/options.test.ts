import { expect, test } from 'vitest';

import { readLimits, type RedisPushNotificationConfigStoreOptions } from './options.ts';

test('defaults', () => {
  expect(readLimits({})).toStrictEqual({
    prefix: 'a2a:push:',
    ttlSeconds: undefined,
    maxConfigsPerTask: 100,
    deadlineMs: 10_000,
    checkConfig: expect.any(Function),
  });
});

const WRONG: readonly (readonly [keyof RedisPushNotificationConfigStoreOptions, unknown])[] = [
  ['prefix', ''],
  ['prefix', 'a{b}'],
  ['prefix', null],
  ['ttlSeconds', 0],
  ['ttlSeconds', 1.5],
  ['ttlSeconds', Number.NaN],
  ['ttlSeconds', Number.POSITIVE_INFINITY],
  ['ttlSeconds', '60'],
  ['ttlSeconds', null],
  ['maxConfigsPerTask', 0],
  ['maxConfigsPerTask', Number.POSITIVE_INFINITY],
  ['deadlineMs', -1],
  ['deadlineMs', 2 ** 31],
  ['checkConfig', true],
];

test.each(WRONG)('%s of %j is refused by name', (name, value) => {
  const read = (): unknown => readLimits(Object.fromEntries([[name, value]]));
  expect(read).toThrow(`Option "${name}"`);
  expect(read).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
