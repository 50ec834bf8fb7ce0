import { describeRefusedSubscribers } from '@a2a-redis-internal/contract/redis-queue-managers';
import { NOT_CLIENTS } from '@a2a-redis-internal/redis-clients';
import { expect, it } from 'vitest';

import { RedisStreamsQueueManager } from '../src/index.ts';

it.each(NOT_CLIENTS)('%s', (message, wrong) => {
  expect(() => Reflect.construct(RedisStreamsQueueManager, [wrong])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message }),
  );
});

describeRefusedSubscribers((...given) => Reflect.construct(RedisStreamsQueueManager, given));
