import { createRedisClient } from '@a2a-redis/core';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expect, it } from 'vitest';

import { fromIoredis } from '../src/index.ts';
import { DRIVERS } from './drivers.ts';

it.each(DRIVERS)('a client of $label is made one of ours, and always the same', (driver) => {
  const client = driver.connect({ lazyConnect: true });
  const cluster = driver.connectCluster(['redis://localhost'], { lazyConnect: true });
  expect(fromIoredis(client)).toBe(fromIoredis(client));
  expect(fromIoredis(cluster)).toBe(fromIoredis(cluster));
  expect(fromIoredis(client)).not.toBe(fromIoredis(cluster));
});

const lazy = new Redis({ lazyConnect: true });

const OTHERS: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a URL', 'redis://localhost'],
  ['a URL', new URL('redis://localhost')],
  ['a value of type number', 6379],
  ['a value of type function', Redis],
  ['a promise of one', Promise.resolve(lazy)],
  ['one of node-redis, or what this made, which are passed as they are', createClient()],
  ['one of node-redis, or what this made, which are passed as they are', fromIoredis(lazy)],
  ['a pipeline', lazy.pipeline()],
  ['an object without `callBuffer` and `duplicate`', { evalsha: createRedisClient }],
];

it.each(OTHERS)('anything else is refused: %s', (what, other) => {
  expect(() => Reflect.apply(fromIoredis, undefined, [other])).toThrow(
    `Option "client" must be a client of ioredis 5 or 6, or of iovalkey, not ${what}.`,
  );
});

it('a client that would forget calls is refused', () => {
  const forgetful = new Redis({ lazyConnect: true, autoResendUnfulfilledCommands: false });
  expect(() => fromIoredis(forgetful)).toThrow('"autoResendUnfulfilledCommands" must not be false');
});
