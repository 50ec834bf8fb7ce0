import { AgentEvent } from '@a2a-js/sdk/server';
import { withEventId } from '@a2a-redis/core/task-store';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { describeIdentifiedEvents } from '../task-store/applies-events-once.ts';
import { contentOf, CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import { chunk, listen, identified, PUBLISHER } from './identified-events.ts';
import { recordedStore } from './recorded-store.ts';
import { connectToCluster } from '../shared-server.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** A record says which identified events it holds. */
export function tracksAppliedEvents(subject: RedisTaskStoreSubject): void {
  const { open, describeOnServer, describeOnCluster } = subject;

  describeOnServer('marked events', (server) => {
    let otherClient: RedisClientType;

    beforeAll(async () => {
      otherClient = await connect(server.url);
    });

    afterAll(async () => {
      await otherClient.close();
    });

    for (const cacheMaxBytes of [undefined, 1]) {
      const name = cacheMaxBytes === undefined ? '' : ' without room to remember a task';
      describeIdentifiedEvents(`${subject.name}${name}`, {
        makeStores: async (count, ownerResolver) => {
          const prefix = newPrefix();
          const options = { prefix, ownerResolver, cacheMaxBytes };
          return Array.from({ length: count }, (_, index) =>
            open(index % 2 === 0 ? server.client : otherClient, options),
          );
        },
        eventId: withEventId,
      });
    }

    describe('the record of a task with identified events', () => {
      test('is not written when events come again', async () => {
        const prefix = newPrefix();
        const list = [AgentEvent.task(streamedTask('t')), chunk('one'), chunk('two')];
        const events = list.map((event, index) => identified(event, index + 1));
        const store = open(server.client, { prefix });
        await listen(store, events);
        const before = await contentOf(server.client, prefix);
        await listen(store, events);
        await listen(open(otherClient, { prefix }), events);
        expect(await contentOf(server.client, prefix)).toEqual(before);
      });

      test('is written without the event id of an object that is saved again', async () => {
        const store = open(server.client, { prefix: newPrefix() });
        await store.save(streamedTask('t'), CONTEXT);
        const task = await loadTask(store, 't');
        const event = identified(chunk('one'), 1);
        if (event.kind !== 'artifactUpdate') throw new Error('Another kind of event.');
        task.artifacts[0]?.parts.push(...(event.data.artifact?.parts ?? []));
        await store.save(task, CONTEXT);
        task.artifacts[0]?.parts.push(text('two'));
        await store.save(task, CONTEXT);
        expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two']);
        expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
      });

      test('takes what else an object brings after its event turned out to be applied', async () => {
        const prefix = newPrefix();
        const [store, other] = [open(server.client, { prefix }), open(otherClient, { prefix })];
        await store.save(streamedTask('t'), CONTEXT);
        const task = await loadTask(store, 't');
        const event = identified(chunk('one'), 1);
        if (event.kind !== 'artifactUpdate') throw new Error('Another kind of event.');
        task.artifacts[0]?.parts.push(...(event.data.artifact?.parts ?? []));
        await listen(other, [event]);
        await store.save(task, CONTEXT);
        task.artifacts[0]?.parts.push(text('two'));
        task.metadata = { also: true };
        await store.save(task, CONTEXT);
        const stored = await loadTask(other, 't');
        expect([textsOf(stored), stored.metadata]).toEqual([['one', 'two'], { also: true }]);
      });

      test('is kept where this process has no room to remember what it loaded', async () => {
        const store = open(server.client, { prefix: newPrefix(), cacheMaxBytes: 1 });
        const events = [AgentEvent.task(streamedTask('t')), chunk('one')].map((event, index) =>
          identified(event, index + 1),
        );
        await listen(store, events);
        // Another object than was loaded, and no event.
        await store.save({ ...(await loadTask(store, 't')), metadata: { a: 1 } }, CONTEXT);
        await listen(store, events);
        const task = await loadTask(store, 't');
        expect([textsOf(task), task.metadata]).toEqual([['one'], { a: 1 }]);
      });

      test('is kept by what changes the task otherwise, and goes with it', async () => {
        const store = open(server.client, { prefix: newPrefix() });
        await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
        await store.updateTask('t', CONTEXT, (task) => void (task.metadata = { a: 1 }));
        expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
        await store.delete('t', CONTEXT);
        expect(await store.appliedEvents('t', CONTEXT)).toBeUndefined();
        await store.save(streamedTask('t'), CONTEXT);
        expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
      });
    });

    test.each(['a"b\\', '\uFFFF', 'x\uFFFF0041', '\u0000é🦀', '$..*[?(@)]'])(
      'events out of order are told apart by an artifact of any id: %j',
      async (artifactId) => {
        const prefix = newPrefix();
        const store = open(server.client, { prefix });
        const other = open(otherClient, { prefix });
        await listen(store, [AgentEvent.task(streamedTask('t'))]);
        await listen(store, [
          identified(chunk('one', artifactId), 1),
          identified(chunk('three', artifactId), 3),
        ]);
        await listen(other, [identified(chunk('two', artifactId), 2)]);
        const artifact = (await loadTask(store, 't')).artifacts.at(-1);
        expect(artifact?.artifactId).toBe(artifactId);
        expect(artifact?.parts).toEqual(['one', 'two', 'three'].map(text));
      },
    );

    test('loads and questions in one synchronous run take one call, and each load its own copy', async () => {
      const { store, calls } = recordedStore(subject, server.client);
      await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
      calls.length = 0;
      const [first, applied, second] = await Promise.all([
        store.load('t', CONTEXT),
        store.appliedEvents('t', CONTEXT),
        store.load('t', CONTEXT),
      ]);
      expect(calls).toHaveLength(1);
      expect(String(applied)).toBe(`${PUBLISHER}:1`);
      first?.artifacts[0]?.parts.pop();
      expect(textsOf(second)).toEqual(['one']);
    });
  });

  describeOnCluster('marked events on a cluster', (cluster) => {
    test('those of two listeners are applied once', async () => {
      const otherClient = await connectToCluster(cluster.url);
      try {
        const prefix = newPrefix();
        const stores = [open(cluster.client, { prefix }), open(otherClient, { prefix })];
        const list = [
          AgentEvent.task(streamedTask('t')),
          ...['one', 'two', 'three'].map((value) => chunk(value)),
        ];
        const events = list.map((event, index) => identified(event, index + 1));
        await Promise.all(stores.map(async (store) => listen(store, events)));
        for (const store of stores) {
          expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three']);
        }
      } finally {
        await otherClient.close();
      }
    });
  });
}
