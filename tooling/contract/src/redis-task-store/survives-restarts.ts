import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { append, CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const CHUNKS = Array.from({ length: 150 }, (_, index) => `chunk ${index}`);

/** A store outlives its server. */
export function survivesRestarts({ open, describeOnOwnServers }: RedisTaskStoreSubject): void {
  describeOnOwnServers('a server that goes away in the middle of a stream', (startServer) => {
    it('and comes back has every chunk once, in order', async () => {
      await using server = await startServer({ persistence: true });
      const client = await connect(server.url);
      const store = open(client, { prefix: newPrefix() });
      await store.save(streamedTask('t'), CONTEXT);
      const streaming = append(store, CHUNKS);
      for (let restart = 0; restart < 2; restart += 1) {
        await sleep(20);
        await server.kill();
        await server.restart();
      }
      await streaming;
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(CHUNKS);
      client.destroy();
    });

    it('for longer than the deadline fails the call with a typed error, and the next one works', async () => {
      await using server = await startServer({ persistence: true });
      const client = await connect(server.url);
      const store = open(client, { prefix: newPrefix(), deadlineMs: 300 });
      await store.save(streamedTask('t', 'first'), CONTEXT);
      const task = await loadTask(store, 't');
      task.artifacts[0]?.parts.push(text('second'));
      await server.kill();
      const late = { name: 'A2ARedisError', code: 'DEADLINE_EXCEEDED' };
      await expect(store.load('t', CONTEXT)).rejects.toMatchObject(late);
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject(late);
      await server.restart();
      while (!client.isReady) await sleep(5);
      await store.save(task, CONTEXT);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second']);
      client.destroy();
    });

    it('forgets its scripts without anybody noticing', async () => {
      await using server = await startServer();
      const client = await connect(server.url);
      const store = open(client, { prefix: newPrefix() });
      await store.save(streamedTask('t'), CONTEXT);
      await append(store, ['one']);
      await client.scriptFlush();
      await append(store, ['two']);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['one', 'two']);
      client.destroy();
    });
  });
}
