import { TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ResultManager } from '@a2a-js/sdk/server';
import { type BaseTaskStore, withEventId } from '@a2a-redis/core/task-store';
import { type CompanionCall, defineCompanion } from '@a2a-redis/core/shared';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { describe, expect, test } from 'vitest';

import { contextOf, listRequest, taskOf } from '../task-store/fixtures.ts';
import { append, CONTEXT, loadTask, streamedTask, textsOf } from './fixtures.ts';
import { HeldCall } from './held-call.ts';
import { chunk, listen } from './identified-events.ts';
import { recordedStore } from './recorded-store.ts';
import type { RedisTaskStoreSubject } from './subject.ts';
import { watchedClient } from './watched-client.ts';

const RUN = 'a-1';

/** Keeps what it was told in a list, unless that is full. */
const listing = defineCompanion(
  'listing',
  `local companion = { keys = 1 }
function companion.check(k, a, last)
  if redis.call('LLEN', KEYS[k + 1]) + last - a > 3 then return 'full' end
end
function companion.apply(k, a, last)
  for i = a + 1, last do redis.call('RPUSH', KEYS[k + 1], ARGV[i]) end
end`,
);

const end: AgentExecutionEvent = AgentEvent.statusUpdate({
  taskId: 't',
  contextId: 'context',
  status: { state: TaskState.TASK_STATE_COMPLETED, message: undefined, timestamp: undefined },
  metadata: undefined,
});

const failed = {
  state: TaskState.TASK_STATE_FAILED,
  message: undefined,
  timestamp: undefined,
};

/** A publisher of task `t`, and what it sends along. */
class Publisher {
  readonly #store: BaseTaskStore;
  readonly #client: RedisClientType;
  readonly #list: string;
  readonly ends: boolean[] = [];

  constructor(store: BaseTaskStore, client: RedisClientType, prefix: string) {
    this.#store = store;
    this.#client = client;
    this.#list = `${prefix}{acme:ann:t}:list`;
  }

  async write(
    first: number,
    events: readonly AgentExecutionEvent[],
    ...sent: string[]
  ): Promise<unknown> {
    const companion = (endsTask: boolean): CompanionCall => {
      this.ends.push(endsTask);
      return { companion: listing, keys: [this.#list], args: sent };
    };
    return this.#store.writeEvents('t', CONTEXT, {
      events: events.map((event, index) => ({
        event,
        eventId: { publisher: RUN, counter: first + index },
      })),
      userMessages: [],
      known: [],
      knownMessages: new Set(),
      onStored: () => {},
      companion,
    });
  }

  async sent(): Promise<readonly string[]> {
    return this.#client.lRange(this.#list, 0, -1);
  }
}

/** The publisher of events writes them itself, in one step with what sends them. */
export function writesEvents(subject: RedisTaskStoreSubject): void {
  const { open, describeOnServer, describeOnCluster } = subject;

  describeOnServer('events that their publisher writes', (server) => {
    const opened = (prefix = newPrefix()): { store: BaseTaskStore; publisher: Publisher } => {
      const store = open(server.client, { prefix });
      return { store, publisher: new Publisher(store, server.client, prefix) };
    };

    test('are stored and sent in one call, and known to be applied', async () => {
      const { store, calls, prefix } = recordedStore(subject, server.client);
      const publisher = new Publisher(store, server.client, prefix);
      const events = [AgentEvent.task(streamedTask('t')), chunk('one'), chunk('two')];
      expect(await publisher.write(1, events, 'x', 'y')).toEqual({ outcome: 'written' });
      expect(calls).toHaveLength(1);
      expect(await publisher.sent()).toEqual(['x', 'y']);
      expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two']);
      expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${RUN}:1-3`);
      const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(tasks.map(textsOf)).toEqual([['one', 'two']]);
    });

    test('are neither stored nor sent where that is refused', async () => {
      const { store, publisher } = opened();
      await publisher.write(1, [AgentEvent.task(streamedTask('t')), chunk('one')], '1', '2', '3');
      expect(await publisher.write(3, [chunk('two')], '4')).toEqual({
        outcome: 'refused',
        reason: 'full',
      });
      expect(textsOf(await loadTask(store, 't'))).toEqual(['one']);
      expect(await publisher.sent()).toEqual(['1', '2', '3']);
    });

    test('are added to what another writer has stored meanwhile', async () => {
      const prefix = newPrefix();
      const { store, publisher } = opened(prefix);
      await publisher.write(1, [AgentEvent.task(streamedTask('t')), chunk('one')], 'x');
      await append(open(server.client, { prefix }), ['theirs']);
      expect(await publisher.write(3, [chunk('two')], 'y')).toEqual({ outcome: 'written' });
      expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'theirs', 'two']);
      expect(await publisher.sent()).toEqual(['x', 'y']);
    });

    test.each<[string, (store: BaseTaskStore) => Promise<unknown>]>([
      ['whom nobody asked since', async () => undefined],
      ['which was asked for it since', async (store) => store.load('t', CONTEXT)],
      ['which was asked for its events since', async (store) => store.appliedEvents('t', CONTEXT)],
      ['which listed its tasks since', async (store) => store.list(listRequest(), CONTEXT)],
    ])(
      'make a record anew that is gone, of what their process remembers of it, %s',
      async (_, ask) => {
        const prefix = newPrefix();
        const { store, publisher } = opened(prefix);
        await publisher.write(1, [AgentEvent.task(streamedTask('t')), chunk('one')], 'x');
        await open(server.client, { prefix }).delete('t', CONTEXT);
        await ask(store);
        expect(await publisher.write(3, [chunk('two'), end], 'y')).toEqual({ outcome: 'written' });
        const task = await loadTask(store, 't');
        expect(textsOf(task)).toEqual(['one', 'two']);
        expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
        expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${RUN}:1-4`);
        const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
        expect(tasks.map(textsOf)).toEqual([['one', 'two']]);
        expect(await publisher.sent()).toEqual(['x', 'y']);
      },
    );

    test.each([
      ['the next of them', [chunk('three'), end]],
      // As a call is that got no reply.
      ['the same once more', [chunk('two')]],
    ])('write again what a failover took back, with %s', async (_, events) => {
      const prefix = newPrefix();
      const { store, publisher } = opened(prefix);
      const record = `${prefix}{acme:ann:t}`;
      await publisher.write(1, [AgentEvent.task(streamedTask('t')), chunk('one')]);
      await server.client.copy(record, `${record}:before`);
      await publisher.write(3, [chunk('two')]);
      await server.client.rename(`${record}:before`, record);
      const first = events.length === 1 ? 3 : 4;
      expect(await publisher.write(first, events, 'x')).toEqual({ outcome: 'written' });
      const [reader, last] = [open(server.client, { prefix }), first + events.length - 1];
      const texts = ['one', 'two', 'three'].slice(0, last === 3 ? 2 : 3);
      expect(textsOf(await loadTask(reader, 't'))).toEqual(texts);
      expect(String(await reader.appliedEvents('t', CONTEXT))).toBe(`${RUN}:1-${last}`);
      const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(tasks.map(textsOf)).toEqual([texts]);
      expect(await publisher.sent()).toEqual(['x']);
    });

    test('are left to be sent alone where they change nothing', async () => {
      const { store, publisher } = opened();
      expect(await publisher.write(1, [chunk('one')], 'x')).toEqual({ outcome: 'unchanged' });
      expect(await store.load('t', CONTEXT)).toBeUndefined();
      await publisher.write(2, [AgentEvent.task(streamedTask('t'))], 'y');
      expect(await publisher.write(2, [AgentEvent.task(streamedTask('t'))], 'z')).toEqual({
        outcome: 'unchanged',
      });
      expect(await publisher.sent()).toEqual(['y']);
    });

    test('say whether they end the task', async () => {
      const { publisher } = opened();
      await publisher.write(1, [AgentEvent.task(streamedTask('t'))]);
      await publisher.write(2, [chunk('one'), end]);
      await publisher.write(4, [chunk('late')]);
      expect(publisher.ends).toEqual([false, true, false]);
    });

    test('that cannot be stored are refused before Redis is asked', async () => {
      const { store, calls, prefix } = recordedStore(subject, server.client);
      const bad = AgentEvent.task(taskOf('t', { contextId: '\uD800' }));
      const publisher = new Publisher(store, server.client, prefix);
      await expect(publisher.write(1, [bad])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(calls).toEqual([]);
    });

    describe('and a request stores one by one', () => {
      test('are waited for, and cost it nothing', async () => {
        const { store, calls, prefix } = recordedStore(subject, server.client);
        const publisher = new Publisher(store, server.client, prefix);
        const context = contextOf({ tenant: 'acme', userName: 'ann' });
        store.beginEvents('t', context, { publisher: RUN, counter: 0 });
        const list = [AgentEvent.task(streamedTask('t')), chunk('one'), chunk('two'), end];
        const events = list.map((event, index) => ({
          event,
          eventId: { publisher: RUN, counter: index + 1 },
        }));
        const settle = events.map(({ eventId }) => store.expectEvent('t', CONTEXT, eventId));
        const manager = new ResultManager(store, context);
        const seen: unknown[] = [];
        const stored = (async (): Promise<void> => {
          for (const { event, eventId } of events) {
            await manager.processEvent(withEventId(event, eventId));
            const task = await store.load('t', context);
            seen.push([task?.status?.state, ...textsOf(task)]);
          }
        })();
        await publisher.write(1, list, 'x');
        expect(seen).toEqual([]);
        for (const each of settle) each('written');
        await stored;
        const { TASK_STATE_WORKING: working, TASK_STATE_COMPLETED: completed } = TaskState;
        expect(seen).toEqual([
          [working],
          [working, 'one'],
          [working, 'one', 'two'],
          [completed, 'one', 'two'],
        ]);
        // The write, and the load after the last event.
        expect(calls).toHaveLength(2);
      });

      test('are not shown to it before it stores them, though they are written while it loads', async () => {
        const prefix = newPrefix();
        const reads = new HeldCall();
        const store = open(watchedClient(server.client, { before: () => reads.pass() }), {
          prefix,
        });
        const publisher = new Publisher(store, server.client, prefix);
        const context = contextOf({ tenant: 'acme', userName: 'ann' });
        const begun = AgentEvent.task(streamedTask('t'));
        store.beginEvents('t', context, { publisher: RUN, counter: 0 });
        await publisher.write(1, [begun], 'x');
        await new ResultManager(store, context).processEvent(
          withEventId(begun, { publisher: RUN, counter: 1 }),
        );
        reads.hold();
        const loading = store.load('t', context);
        const applied = store.appliedEvents('t', context);
        await reads.held;
        await publisher.write(2, [chunk('one')], 'y');
        reads.release();
        expect(textsOf(await loading)).toEqual([]);
        expect(String(await applied)).toBe(`${RUN}:1`);
        expect(textsOf(await loadTask(store, 't'))).toEqual(['one']);
      });

      test.each([
        ['refused', 'RUN_ENDED'],
        ['lost', 'EVENTS_LOST'],
      ] as const)('fail it when they are %s', async (fate, code) => {
        const { store } = opened();
        const eventId = { publisher: `${RUN}-${fate}`, counter: 1 };
        const event = withEventId(AgentEvent.task(streamedTask('t')), eventId);
        const settle = store.expectEvent('t', CONTEXT, eventId);
        const storing = listen(store, [event]);
        settle(fate);
        await expect(storing).rejects.toMatchObject({ code });
        // Also when it comes later.
        await expect(listen(store, [event])).rejects.toMatchObject({ code });
        expect(await store.load('t', CONTEXT)).toBeUndefined();
      });

      test.each([
        ['refused', 'RUN_ENDED'],
        ['lost', 'EVENTS_LOST'],
      ] as const)(
        'fail it when they are %s, though others have ended the task',
        async (fate, code) => {
          const { store } = opened();
          const run = `${RUN}-${fate}`;
          const context = contextOf({ tenant: 'acme', userName: 'ann' });
          await store.save(streamedTask('t'), CONTEXT);
          store.beginEvents('t', context, { publisher: run, counter: 0 });
          const eventId = { publisher: run, counter: 1 };
          const settle = store.expectEvent('t', CONTEXT, eventId);
          await store.save({ ...streamedTask('t'), status: failed }, CONTEXT);
          const storing = new ResultManager(store, context).processEvent(withEventId(end, eventId));
          settle(fate);
          await expect(storing).rejects.toMatchObject({ code });
          await expect(store.load('t', context)).rejects.toMatchObject({ code });
        },
      );

      test('are no concern of one that did not hear them', async () => {
        const { store } = opened();
        const run = `${RUN}-dropped`;
        const context = contextOf({ tenant: 'acme', userName: 'ann' });
        await store.save(streamedTask('t'), CONTEXT);
        store.beginEvents('t', context, { publisher: run, counter: 0 });
        const settle = store.expectEvent('t', CONTEXT, { publisher: run, counter: 1 });
        await store.save({ ...streamedTask('t'), status: failed }, CONTEXT);
        settle('dropped');
        expect((await store.load('t', context))?.status?.state).toBe(TaskState.TASK_STATE_FAILED);
      });
    });
  });

  describeOnCluster('events that their publisher writes, on a cluster', (cluster) => {
    test('are stored, sent and listed', async () => {
      const prefix = newPrefix();
      const store = open(cluster.client, { prefix });
      const companion = (): CompanionCall => ({
        companion: listing,
        keys: [`${prefix}{acme:ann:t}:list`],
        args: ['x'],
      });
      const event = AgentEvent.task(streamedTask('t', 'one'));
      const written = await store.writeEvents('t', CONTEXT, {
        events: [{ event, eventId: { publisher: RUN, counter: 1 } }],
        userMessages: [],
        known: [],
        knownMessages: new Set(),
        onStored: () => {},
        companion,
      });
      expect(written).toEqual({ outcome: 'written' });
      expect(await cluster.client.lRange(`${prefix}{acme:ann:t}:list`, 0, -1)).toEqual(['x']);
      const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(tasks.map(textsOf)).toEqual([['one']]);
    });
  });
}
