import { CONTEXT, streamedTask } from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';
import { expect, it } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJsonProcess, startJsonProcess } from './servers.ts';

describeWithJsonProcess('a reply that is lost after the write was applied', () => {
  it('of an update by path does not make it twice', async () => {
    await using server = await startJsonProcess();
    await using proxy = await CuttingProxy.start(server.url);
    const client = await connect(proxy.url);
    const store = new RedisJSONTaskStore(client, { prefix: newPrefix() });
    await store.save(streamedTask('t'), CONTEXT);
    for (let count = 0; count < 10; count += 1) {
      await store.updatePath('t', '$.metadata.count', CONTEXT, (current) => {
        proxy.loseNextReplies(1);
        return Number(current ?? 0) + 1;
      });
    }
    expect(proxy.lost).toBe(10);
    expect(await store.getPath('t', '$.metadata.count', CONTEXT)).toEqual([10]);
    client.destroy();
  });
});
