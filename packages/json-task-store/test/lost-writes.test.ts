import {
  append,
  CONTEXT,
  streamedTask,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('a server that lost what it had acknowledged', (server) => {
  test('and took as many other writes since: nobody goes on from what was lost', async () => {
    const { client } = server;
    const prefix = newPrefix();
    const [a, b] = [
      new RedisJSONTaskStore(client, { prefix }),
      new RedisJSONTaskStore(client, { prefix }),
    ];
    await a.save(streamedTask('t', '0'), CONTEXT);
    const key = `${prefix}{acme:ann:t}`;
    const kept = `${prefix}{acme:ann:t}:kept`;
    await client.copy(key, kept);
    await append(a, ['lost 1', 'lost 2']);
    // A failover to a replica that had not got them.
    await client.copy(kept, key, { REPLACE: true });
    await append(b, ['kept 1', 'kept 2']);

    expect(textsOf(await a.load('t', CONTEXT))).toEqual(['0', 'kept 1', 'kept 2']);
    await append(a, ['next']);
    for (const store of [a, b, new RedisJSONTaskStore(client, { prefix })]) {
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['0', 'kept 1', 'kept 2', 'next']);
    }
  });
});
