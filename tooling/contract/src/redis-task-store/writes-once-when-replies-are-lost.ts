import { TaskState } from '@a2a-js/sdk';
import { connect, CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisServer } from '@a2a-redis-internal/redis-server';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { listRequest } from '../task-store/fixtures.ts';
import { append, CONTEXT, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const CHUNKS = Array.from({ length: 10 }, (_, index) => `chunk ${index}`);

/** A save whose reply was lost is sent again, and applied once. */
export function writesOnceWhenRepliesAreLost({
  open,
  describeOnOwnServers,
}: RedisTaskStoreSubject): void {
  describeOnOwnServers('a reply that is lost after the write was applied', (startServer) => {
    let server: RedisServer;

    beforeEach(async () => {
      server = await startServer();
    });

    afterEach(async () => {
      await server.stop();
    });

    it('is asked for again, and nothing is written twice', async () => {
      await using proxy = await CuttingProxy.start(server.url);
      const client = await connect(proxy.url);
      const store = open(client, { prefix: newPrefix() });
      await store.save(streamedTask('t'), CONTEXT);
      for (const value of CHUNKS) {
        const task = await store.load('t', CONTEXT);
        task?.artifacts[0]?.parts.push(text(value));
        proxy.loseNextReplies(1);
        if (task) await store.save(task, CONTEXT);
      }
      expect(proxy.lost).toBe(10);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(CHUNKS);
      client.destroy();
    });

    it('does not hide what another writer stored before it was asked for again', async () => {
      await using proxy = await CuttingProxy.start(server.url);
      const client = await connect(proxy.url);
      const direct = await connect(server.url);
      const prefix = newPrefix();
      const store = open(client, { prefix });
      const other = open(direct, { prefix });
      await store.save(streamedTask('t'), CONTEXT);
      const task = await store.load('t', CONTEXT);
      task?.artifacts[0]?.parts.push(text('mine'));
      proxy.loseNextReplies(1);
      const saving = task && store.save(task, CONTEXT);
      while (proxy.lost === 0) await sleep(1);
      await append(other, ['theirs']);
      await saving;
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['mine', 'theirs']);
      // The object goes on from what it holds itself.
      task?.artifacts[0]?.parts.push(text('mine again'));
      if (task) await store.save(task, CONTEXT);
      expect(textsOf(await other.load('t', CONTEXT))).toEqual(['mine', 'theirs', 'mine again']);
      client.destroy();
      direct.destroy();
    });

    it('does not hide it from the next save of another object either', async () => {
      await using proxy = await CuttingProxy.start(server.url);
      const client = await connect(proxy.url);
      const direct = await connect(server.url);
      const prefix = newPrefix();
      const store = open(client, { prefix });
      const other = open(direct, { prefix });
      await store.save(streamedTask('t'), CONTEXT);
      await store.load('t', CONTEXT);
      proxy.loseNextReplies(1);
      const saving = store.save(streamedTask('t', 'mine'), CONTEXT);
      while (proxy.lost === 0) await sleep(1);
      await append(other, ['theirs']);
      await saving;
      await store.save(streamedTask('t', 'mine', 'mine again'), CONTEXT);
      expect(textsOf(await other.load('t', CONTEXT))).toEqual(['mine', 'theirs', 'mine again']);
      client.destroy();
      direct.destroy();
    });

    it('of the first save of a task leaves one task, in the index too', async () => {
      await using proxy = await CuttingProxy.start(server.url);
      const client = await connect(proxy.url);
      const store = open(client, { prefix: newPrefix() });
      await store.taskExists('t', CONTEXT);
      proxy.loseNextReplies(2);
      await store.save(streamedTask('t', 'only'), CONTEXT);
      expect(proxy.lost).toBe(2);
      const request = { status: TaskState.TASK_STATE_WORKING, includeArtifacts: true };
      const list = await store.list(listRequest(request), CONTEXT);
      expect(list.totalSize).toBe(1);
      expect(list.tasks.map(textsOf)).toEqual([['only']]);
      client.destroy();
    });
  });
}
