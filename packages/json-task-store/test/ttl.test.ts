import { CONTEXT, streamedTask } from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import { expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('retention', (server) => {
  test('a path of an expired task is one of a task that is not there', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 });
    await store.save(streamedTask('t', 'one'), CONTEXT);
    // As if its time were up.
    await server.client.del(`${prefix}{acme:ann:t}`);
    await expect(store.getPath('t', '$', CONTEXT)).rejects.toThrow(TaskNotFoundError);
  });
});
