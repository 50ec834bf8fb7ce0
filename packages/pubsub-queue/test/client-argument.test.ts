import { NOT_CLIENTS } from '@a2a-redis-internal/redis-clients';
import { createClient } from 'redis';
import { expect, it } from 'vitest';

import { RedisPubSubQueueManager } from '../src/index.ts';

it.each(NOT_CLIENTS)('%s', (message, wrong) => {
  expect(() => Reflect.construct(RedisPubSubQueueManager, [wrong])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message }),
  );
});

it.each([
  ['a URL', 'redis://localhost:6379'],
  ['a value of type number', 5],
  ['null', null],
])('refuses %s as a subscriber', (what, subscriber) => {
  const message = `Option "subscriber" must be a client of node-redis 5 or 6, such as \`await createRedisClient()\` gives, not ${what}.`;
  expect(() =>
    Reflect.construct(RedisPubSubQueueManager, [createClient(), { subscriber }]),
  ).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }));
});
