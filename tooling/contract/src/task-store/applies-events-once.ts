import type { Task } from '@a2a-js/sdk';
import {
  type AgentExecutionEvent,
  InMemoryTaskStore,
  type OwnerResolver,
  ResultManager,
  type ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { agentEvents, chunkEvent, statusEvent, taskEvent } from './event-fixtures.ts';
import { artifactOf, contextOf, listRequest, loadTask, messageOf, taskOf } from './fixtures.ts';

/** A task store that applies each event with an id once. */
export interface MarkingStore extends TaskStore {
  appliedEvents(
    taskId: string,
    context: ServerCallContext,
  ): Promise<{ toString(): string } | undefined>;
}

/** What the suite is run on. */
export interface MarkingStores {
  /** Makes stores that share what they hold, as those of several replicas do, and nothing else. */
  readonly makeStores: (
    count: number,
    ownerResolver: OwnerResolver,
  ) => Promise<readonly MarkingStore[]>;
  /** The event as a bus delivers it. */
  readonly eventId: (
    event: AgentExecutionEvent,
    eventId: { readonly publisher: string; readonly counter: number },
  ) => AgentExecutionEvent;
}

const owner: OwnerResolver = () => 'owner';
let users = 0;

/** A call of another user: the SDK lets requests of one user wait for one another. */
function anotherContext(): ServerCallContext {
  users += 1;
  return contextOf({ tenant: 'acme', userName: `user ${users}` });
}

const CONTEXT = anotherContext();

async function listen(store: TaskStore, events: readonly AgentExecutionEvent[]): Promise<void> {
  const manager = new ResultManager(store, anotherContext());
  manager.setContext(messageOf('request'));
  for (const event of events) await manager.processEvent(event);
}

/** What one listener makes of the events in the SDK's own store. */
async function ofOneListener(events: readonly AgentExecutionEvent[]): Promise<Task | undefined> {
  const store = new InMemoryTaskStore(owner);
  await listen(store, events);
  return store.load('t', CONTEXT);
}

const textsOf = (task: Task | undefined, artifactId = 'a'): string[] =>
  (task?.artifacts.find((artifact) => artifact.artifactId === artifactId)?.parts ?? []).map(
    ({ content }) => String(content?.value),
  );

/** Declares the tests of stores that read the ids of events. */
export function describeIdentifiedEvents(
  name: string,
  { makeStores, eventId }: MarkingStores,
): void {
  const identified = (
    list: readonly AgentExecutionEvent[],
    publisher: string,
  ): AgentExecutionEvent[] =>
    list.map((event, index) => eventId(event, { publisher, counter: index + 1 }));
  const makeStore = async (): Promise<MarkingStore> => {
    const [store] = await makeStores(1, owner);
    if (store === undefined) throw new Error('There is no store.');
    return store;
  };

  describe(`${name} and events with ids`, () => {
    // The result manager warns of events for a task that is not there yet, which is meant here.
    beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
    afterAll(() => void vi.restoreAllMocks());

    test.each([
      ['one store', 1, 3],
      ['several stores', 3, 1],
      ['several listeners of each of several stores', 2, 2],
    ])('each is applied once: %s', async (_name, storeCount, listenersOfEach) => {
      const stores = await makeStores(storeCount, owner);
      const list = [
        taskEvent({ history: [messageOf('request')] }),
        ...Array.from({ length: 40 }, (_, index) =>
          index % 10 === 9
            ? statusEvent(index, messageOf(`message ${index}`))
            : chunkEvent(`chunk ${index}`, index % 3 === 0 ? 'b' : 'a', index > 2),
        ),
      ];
      const listeners = stores.flatMap((store) =>
        Array.from({ length: listenersOfEach }, () => store),
      );
      await Promise.all(listeners.map(async (store) => listen(store, identified(list, 'p'))));
      const expected = await ofOneListener(list);
      for (const store of stores) {
        expect(await store.load('t', CONTEXT)).toEqual(expected);
        expect(String(await store.appliedEvents('t', CONTEXT))).toBe('p:1-41');
      }
    });

    test('each is applied once, in its order, wherever listeners join', async () => {
      await fc.assert(
        fc.asyncProperty(
          agentEvents,
          fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }),
          async (list, joins) => {
            const stores = await makeStores(joins.length + 1, owner);
            const all = identified(list, 'p');
            await Promise.all(
              stores.map(async (store, index) => listen(store, all.slice(joins[index - 1] ?? 0))),
            );
            expect(await stores[0]?.load('t', CONTEXT)).toEqual(await ofOneListener(list));
          },
        ),
        { numRuns: 40 },
      );
    });

    test('those of two publishers are all applied, each in its order', async () => {
      const stores = await makeStores(2, owner);
      await listen(stores[0] ?? (await makeStore()), [taskEvent()]);
      const chunks = Array.from({ length: 30 }, (_, index) => index);
      const [p, q] = ['p', 'q'].map((publisher) => {
        const list = chunks.map((index) => chunkEvent(`${publisher}${index}`));
        list.push(statusEvent(1, messageOf(`${publisher} end`)));
        return identified(list, publisher);
      });
      const [first, second] = [
        [...(p ?? []), ...(q ?? [])],
        [...(q ?? []), ...(p ?? [])],
      ];
      await Promise.all(
        stores.map(async (store, index) => listen(store, index === 0 ? first : second)),
      );
      const task = await loadTask(stores[0] ?? (await makeStore()), 't', CONTEXT);
      const texts = textsOf(task);
      expect(texts).toHaveLength(60);
      for (const publisher of ['p', 'q']) {
        expect(texts.filter((text) => text.startsWith(publisher))).toEqual(
          chunks.map((index) => `${publisher}${index}`),
        );
      }
      expect(task.history.map(({ messageId }) => messageId).toSorted()).toEqual([
        'p end',
        'q end',
        'request',
      ]);
    });

    test('one that was applied adds nothing but the message of its request', async () => {
      const store = await makeStore();
      const [event] = identified([taskEvent({ history: [messageOf('request')] })], 'p');
      if (event === undefined) throw new Error('There is no event.');
      for (const id of ['request', 'other request', 'other request']) {
        const manager = new ResultManager(store, CONTEXT);
        manager.setContext(messageOf(id));
        await manager.processEvent(event);
      }
      const task = await loadTask(store, 't', CONTEXT);
      expect(task.history).toEqual([messageOf('request'), messageOf('other request')]);
    });

    test('those without event ids mean what they mean to the SDK', async () => {
      const store = await makeStore();
      const list = [taskEvent(), chunkEvent('one'), chunkEvent('two')];
      await listen(store, list);
      await listen(store, list.slice(1));
      expect(textsOf(await loadTask(store, 't', CONTEXT))).toEqual(['one', 'two', 'one', 'two']);
      expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
    });

    test('what is handed out bears no event ids', async () => {
      const store = await makeStore();
      await listen(store, identified([taskEvent(), statusEvent(1), chunkEvent('one')], 'p'));
      const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      for (const task of [await loadTask(store, 't', CONTEXT), ...tasks]) {
        expect(task).toEqual(await ofOneListener([taskEvent(), statusEvent(1), chunkEvent('one')]));
        expect(JSON.stringify(task)).not.toContain('"p.');
      }
    });

    test('which ones a load holds is told by the reply that answers it', async () => {
      const [writer, reader] = await makeStores(2, owner);
      if (writer === undefined || reader === undefined) throw new Error('There is no store.');
      const list = Array.from({ length: 100 }, (_, index) => chunkEvent(`chunk ${index}`));
      await listen(writer, identified([taskEvent()], 'p'));
      const writing = { isDone: false };
      const written = listen(writer, identified([taskEvent(), ...list], 'p')).finally(() => {
        writing.isDone = true;
      });
      const seen = new Set<number>();
      while (!writing.isDone) {
        const [applied, task] = await Promise.all([
          reader.appliedEvents('t', CONTEXT),
          reader.load('t', CONTEXT),
        ]);
        const count = textsOf(task).length;
        expect(String(applied)).toBe(count === 0 ? 'p:1' : `p:1-${count + 1}`);
        seen.add(count);
      }
      await written;
      expect(seen.size).toBeGreaterThan(2);
    });

    test('of a task that is not there, none are known', async () => {
      const store = await makeStore();
      expect(await store.appliedEvents('t', CONTEXT)).toBeUndefined();
    });

    test('a task that was never loaded overwrites, with the event that it brings', async () => {
      const [one, other] = await makeStores(2, owner);
      await one?.save(taskOf('t', { artifacts: [artifactOf('a', ['old'])] }), CONTEXT);
      const event = eventId(taskEvent({ history: [messageOf('m')] }), {
        publisher: 'p',
        counter: 1,
      });
      if (event.kind === 'task') await other?.save(event.data, CONTEXT);
      expect(await one?.load('t', CONTEXT)).toEqual(taskOf('t', { history: [messageOf('m')] }));
      expect(String(await one?.appliedEvents('t', CONTEXT))).toBe('p:1');
    });
  });
}
