import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisClientType, RESP_TYPES } from 'redis';
import { expect, test } from 'vitest';

import { append, contentOf, CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** Remembers all keys under a prefix; calls back to what they were, as a failover does that lost writes. */
async function remember(client: RedisClientType, prefix: string): Promise<() => Promise<void>> {
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const keys = Object.keys(await contentOf(client, prefix));
  const dumps = await Promise.all(keys.map(async (key) => [key, await binary.dump(key)] as const));
  return async () => {
    const now = Object.keys(await contentOf(client, prefix));
    if (now.length > 0) await client.del(now);
    for (const [key, dump] of dumps) if (dump !== null) await client.restore(key, 0, dump);
  };
}

/** What a failover lost is not taken for stored. */
export function goesOnAfterLostWrites({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('a server that lost what it had acknowledged', (server) => {
    test('and took other writes since', async () => {
      const prefix = newPrefix();
      const [a, b] = [open(server.client, { prefix }), open(server.client, { prefix })];
      await a.save(streamedTask('t', '0'), CONTEXT);
      const goBack = await remember(server.client, prefix);
      await append(a, ['lost 1', 'lost 2']);
      await goBack();
      // As many writes as were lost: a count of writes would not tell these from those.
      await append(b, ['kept 1', 'kept 2']);

      expect(textsOf(await a.load('t', CONTEXT))).toEqual(['0', 'kept 1', 'kept 2']);
      await append(a, ['next']);
      for (const store of [a, b, open(server.client, { prefix })]) {
        expect(textsOf(await store.load('t', CONTEXT))).toEqual(['0', 'kept 1', 'kept 2', 'next']);
      }
    });

    test('under an object that goes on from them: what it appends is kept', async () => {
      const prefix = newPrefix();
      const [a, b] = [open(server.client, { prefix }), open(server.client, { prefix })];
      await a.save(streamedTask('t', '0'), CONTEXT);
      const goBack = await remember(server.client, prefix);
      const task = await loadTask(a, 't');
      task.artifacts[0]?.parts.push(text('lost'));
      await a.save(task, CONTEXT);
      await goBack();
      await append(b, ['kept']);
      task.artifacts[0]?.parts.push(text('mine'));
      await a.save(task, CONTEXT);
      for (const store of [a, b]) {
        const stored = textsOf(await store.load('t', CONTEXT));
        expect(stored.slice(0, 2)).toEqual(['0', 'kept']);
        expect(stored.at(-1)).toBe('mine');
      }
    });

    test('and nothing since: what is stored then is what is read', async () => {
      const prefix = newPrefix();
      const store = open(server.client, { prefix });
      await store.save(streamedTask('t', '0'), CONTEXT);
      const goBack = await remember(server.client, prefix);
      await append(store, ['lost']);
      await goBack();
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['0']);
      await append(store, ['next']);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['0', 'next']);
    });
  });
}
