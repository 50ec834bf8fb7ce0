import { connect } from '@a2a-redis-internal/redis-clients';
import type { RedisClient } from '@a2a-redis/core';
import { afterAll, beforeAll } from 'vitest';

import { useServer } from '../shared-server.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/**
 * The same manager, with a task store of a client of its own: requests store what they hear. The client is open while the
 * tests of the present `describe` run.
 */
export function withStoreOfAnotherClient(
  subject: RedisQueueManagerSubject,
): RedisQueueManagerSubject {
  const server = useServer();
  let another: RedisClient;
  beforeAll(async () => {
    another = await connect(server.url);
  });
  afterAll(() => {
    another.destroy();
  });
  return { ...subject, openStore: (_client, prefix) => subject.openStore(another, prefix) };
}
