import type { Task } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import {
  artifactOf,
  CONTEXT,
  fullTaskOf,
  listRequest,
  loadTask,
  messageOf,
  partOf,
  statusAt,
} from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

interface Case {
  readonly mine: (task: Task) => void;
  readonly theirs: (task: Task) => void;
}

/** Changes that `theirs` saves first and `mine` second, both of the same loaded task. */
const CASES: Readonly<Record<string, Case>> = {
  'messages of both': {
    theirs: (task) => task.history.push(messageOf('theirs')),
    mine: (task) => task.history.push(messageOf('mine')),
  },
  'parts of both, in the order of the saves': {
    theirs: (task) => task.artifacts[0]?.parts.push(partOf('theirs 1'), partOf('theirs 2')),
    mine: (task) => task.artifacts[0]?.parts.push(partOf('mine')),
  },
  'artifacts of both': {
    theirs: (task) => task.artifacts.push(artifactOf('theirs', ['1'])),
    mine: (task) => task.artifacts.push(artifactOf('mine', ['1'])),
  },
  'metadata of both': {
    theirs: (task) => Object.assign(task.metadata ?? {}, { theirs: 1, count: 2 }),
    mine: (task) => Object.assign(task.metadata ?? {}, { mine: 1 }),
  },
  'a status and a part': {
    theirs: (task) => void (task.status = statusAt(1)),
    mine: (task) => task.artifacts[0]?.parts.push(partOf('mine')),
  },
};

/** What becomes of two changes of one task that was loaded twice. */
export function mergesLateWrites({ makeStore, capabilities }: TaskStoreSubject): void {
  const merges = capabilities.mergesLateWrites ?? false;

  describe(merges ? 'a late write keeps' : 'a late write overwrites', () => {
    test.each(Object.entries(CASES))('%s', async (_name, { mine, theirs }) => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const [first, second] = [await loadTask(store, 'task'), await loadTask(store, 'task')];
      theirs(first);
      await store.save(first, CONTEXT);
      mine(second);
      await store.save(second, CONTEXT);

      const expected = fullTaskOf('task');
      if (merges) theirs(expected);
      mine(expected);
      expect(await store.load('task', CONTEXT)).toEqual(expected);
    });

    test.each([true, false])(
      'what was stored since a list, with artifacts: %s',
      async (includeArtifacts) => {
        const store = await makeStore();
        await store.save(fullTaskOf('task'), CONTEXT);
        const { tasks } = await store.list(listRequest({ includeArtifacts }), CONTEXT);
        const other = await loadTask(store, 'task');
        other.artifacts[0]?.parts.push(partOf('theirs'));
        await store.save(other, CONTEXT);
        const [listed] = tasks;
        if (listed === undefined) throw new Error('The list is empty.');
        for (const key of ['mine', 'mine again']) {
          listed.metadata = { ...listed.metadata, [key]: 1 };
          await store.save(listed, CONTEXT);
        }

        const expected = fullTaskOf('task');
        expected.metadata = { ...expected.metadata, mine: 1, 'mine again': 1 };
        if (merges) expected.artifacts[0]?.parts.push(partOf('theirs'));
        else if (!includeArtifacts) expected.artifacts = [];
        expect(await store.load('task', CONTEXT)).toEqual(expected);
      },
    );

    test('what concurrent writers of one task add', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const ids = Array.from({ length: 20 }, (_, index) => `m-${index + 10}`);
      const tasks = await Promise.all(ids.map(async () => loadTask(store, 'task')));
      await Promise.all(
        tasks.map(async (task, index) => {
          task.history.push(messageOf(ids[index] ?? ''));
          await store.save(task, CONTEXT);
        }),
      );
      const stored = (await loadTask(store, 'task')).history.map(({ messageId }) => messageId);
      expect(stored.toSorted()).toEqual(merges ? ['m-1', ...ids] : ['m-1', ids.at(-1)]);
    });
  });
}
