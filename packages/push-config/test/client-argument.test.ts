import { NOT_CLIENTS } from '@a2a-redis-internal/redis-clients';
import { expect, it } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';

it.each(NOT_CLIENTS)('%s', (message, wrong) => {
  expect(() => Reflect.construct(RedisPushNotificationConfigStore, [wrong])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message }),
  );
});
