import type { Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import {
  artifactOf,
  CONTEXT,
  fullTaskOf,
  listRequest,
  loadTask,
  messageOf,
  partOf,
  taskOf,
} from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** No object that a caller may change is shared between the store and its callers. */
export function returnsPrivateCopies({ makeStore, capabilities }: TaskStoreSubject): void {
  describe('copies', () => {
    test('a change to a saved task does not change the store', async () => {
      const store = await makeStore();
      const task = fullTaskOf('task');
      await store.save(task, CONTEXT);
      changeEverything(task);
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });

    test('a change while a save is under way does not reach the store', async () => {
      const store = await makeStore();
      const task = fullTaskOf('task');
      const saving = store.save(task, CONTEXT);
      changeEverything(task);
      await saving;
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });

    test('a change to a loaded task does not change the store', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      changeEverything(await loadTask(store, 'task'));
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });

    test('a change to a listed task does not change the store', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const request = listRequest({ includeArtifacts: true });
      for (const task of (await store.list(request, CONTEXT)).tasks) changeEverything(task);
      expect((await store.list(request, CONTEXT)).tasks).toEqual([fullTaskOf('task')]);
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });

    test('bytes are copied, too', async () => {
      const store = await makeStore();
      const saved = Buffer.from([1, 2, 3]);
      const parts = [partOf('', { content: { $case: 'raw', value: saved } })];
      const artifacts = [artifactOf('a', [], { parts })];
      await store.save(taskOf('task', { artifacts }), CONTEXT);
      saved[0] = 9;
      const loaded = await loadBytes(store);
      expect([...loaded]).toEqual([1, 2, 3]);
      loaded[1] = 9;
      expect([...(await loadBytes(store))]).toEqual([1, 2, 3]);
    });

    test("the lists themselves are the caller's own, however long", async () => {
      const store = await makeStore();
      const texts = Array.from({ length: 600 }, (_, index) => `part ${index}`);
      const history = texts.map((text) => messageOf(text));
      const task = taskOf('task', { history, artifacts: [artifactOf('a', texts)] });
      await store.save(task, CONTEXT);
      const loaded = await loadTask(store, 'task');
      loaded.history.length = 0;
      loaded.artifacts[0]?.parts.reverse();
      expect(await store.load('task', CONTEXT)).toEqual(task);
    });

    test('entries of a list of 600 are copied, or frozen', async () => {
      const store = await makeStore();
      const history = Array.from({ length: 600 }, (_, index) => messageOf(`m-${index}`));
      await store.save(taskOf('task', { history }), CONTEXT);
      const change = async (): Promise<string> => {
        for (const message of (await loadTask(store, 'task')).history) message.messageId = 'new';
        return 'changed';
      };
      const { longestCopiedList = Infinity } = capabilities;
      const outcome = await change().catch((error: unknown) => error);
      expect(outcome instanceof TypeError).toBe(longestCopiedList < 600);
      expect((await loadTask(store, 'task')).history).toEqual(history);
    });
  });
}

async function loadBytes(store: TaskStore): Promise<Uint8Array> {
  const content = (await loadTask(store, 'task')).artifacts[0]?.parts[0]?.content;
  if (content?.$case !== 'raw') throw new Error('There are no bytes.');
  return content.value;
}

function changeEverything(task: Task): void {
  task.contextId = 'changed';
  Object.assign(task.metadata?.['nested'], { list: 'changed' });
  task.status?.message?.metadata?.['deep'].list.push('changed');
  for (const { metadata, parts } of task.artifacts) {
    metadata?.['kind'].push('changed');
    for (const part of parts) part.content = { $case: 'text', value: 'changed' };
  }
  for (const message of task.history) {
    message.parts.push(partOf('changed'));
    message.extensions.push('changed');
  }
  task.artifacts.push(artifactOf('changed', []));
  task.history.push(messageOf('changed'));
}
