import { TaskState } from '@a2a-js/sdk';
import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test } from 'vitest';

import { listRequest, statusAt, taskOf } from '../task-store/fixtures.ts';
import { contentOf, CONTEXT, loadTask } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const TASKS = [
  taskOf('d', { status: statusAt(3), contextId: 'one' }),
  taskOf('c', { status: statusAt(2), contextId: 'two' }),
  taskOf('b', { status: statusAt(1), contextId: 'one' }),
  taskOf('a', { status: statusAt(0, TaskState.TASK_STATE_INPUT_REQUIRED), contextId: 'one' }),
];
const member = (id: string): string => `2d39122ayo${{ a: 0, b: 1, c: 2, d: 3 }[id]}${id}`;

const WHOLE = {
  all: [['d', 'c', 'b', 'a'], 4],
  one: [['d', 'b', 'a'], 3],
  working: [['d', 'c', 'b'], 3],
  'one, working': [['d', 'b'], 2],
};
const WITHOUT_B = {
  all: [['d', 'c', 'a'], 3],
  one: [['d', 'a'], 2],
  working: [['d', 'c'], 2],
  'one, working': [['d'], 1],
};

/** Every sorted set that task b stands in. */
const SETS = ['tasks', 'tasks:s:2', 'tasks:c:one', 'tasks:c:one:s:2'];

/** Lists are right whatever the index holds, and set it right. */
export function repairsTheIndex({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('the index', (server) => {
    let prefix: string;
    let index: string;
    let store: BaseTaskStore;

    beforeEach(async () => {
      prefix = newPrefix();
      index = `${prefix}{acme:ann}`;
      store = open(server.client, { prefix });
      for (const task of TASKS) await store.save(task, CONTEXT);
    });

    /** What each list shows, and how many tasks it counts. */
    async function lists(): Promise<Record<string, [string[], number]>> {
      const shown: Record<string, [string[], number]> = {};
      const requests = {
        all: {},
        one: { contextId: 'one' },
        working: { status: TaskState.TASK_STATE_WORKING },
        'one, working': { contextId: 'one', status: TaskState.TASK_STATE_WORKING },
      };
      for (const [name, fields] of Object.entries(requests)) {
        const page = await store.list(listRequest(fields), CONTEXT);
        shown[name] = [page.tasks.map(({ id }) => id), page.totalSize];
      }
      return shown;
    }

    async function moveB(to: string): Promise<void> {
      for (const set of SETS) {
        await server.client.zRem(`${index}:${set}`, member('b'));
        await server.client.zAdd(`${index}:${set}`, { score: 0, value: to });
      }
    }

    async function deleteRecord(id: string): Promise<void> {
      await server.client.del(`${prefix}{acme:ann:${id}}`);
    }

    describe('lists are right, and so is the index after them, when', () => {
      const damages: Readonly<
        Record<string, readonly [damage: () => Promise<unknown>, after: object]>
      > = {
        'nothing is wrong': [async () => {}, WHOLE],
        'a record is gone': [() => deleteRecord('b'), WITHOUT_B],
        'a record and its row are gone': [
          async () => {
            await deleteRecord('b');
            await server.client.hDel(`${index}:rows`, 'b');
          },
          WITHOUT_B,
        ],
        'a record and all rows are gone': [
          async () => {
            await deleteRecord('b');
            await server.client.del(`${index}:rows`);
          },
          WITHOUT_B,
        ],
        'a task that is gone without a row is due to expire': [
          async () => {
            await deleteRecord('b');
            await server.client.hDel(`${index}:rows`, 'b');
            await server.client.zAdd(`${index}:expiry`, { score: 1, value: 'b' });
          },
          WITHOUT_B,
        ],
        'a task that never was is due to expire': [
          () => server.client.zAdd(`${index}:expiry`, { score: 1, value: 'never' }),
          WHOLE,
        ],
        'a member stands too far up': [() => moveB('2d39122ayo9b'), WHOLE],
        'a member stands too far down': [() => moveB('-----------b'), WHOLE],
        'a member stands twice': [
          async () => {
            for (const set of SETS) {
              await server.client.zAdd(`${index}:${set}`, { score: 0, value: '2d39122ayo9b' });
            }
          },
          WHOLE,
        ],
        'a member stands in sets of another context and state': [
          async () => {
            for (const set of ['tasks:c:one', 'tasks:c:one:s:2']) {
              await server.client.zAdd(`${index}:${set}`, { score: 0, value: member('c') });
            }
            await server.client.zAdd(`${index}:tasks:s:2`, { score: 0, value: member('a') });
          },
          WHOLE,
        ],
        'a member names a task that never was': [
          () => server.client.zAdd(`${index}:tasks`, { score: 0, value: '2d39122ayo5never' }),
          WHOLE,
        ],
        'a row is of an older version': [
          async () => {
            const row = (await server.client.hGet(`${index}:rows`, 'b')) ?? '';
            const version = BigInt(row.slice(0, 16)) - 1n;
            await server.client.hSet(`${index}:rows`, 'b', `${version}${row.slice(16)}`);
            await moveB('2d39122ayo9b');
          },
          WHOLE,
        ],
      };

      test.each(Object.entries(damages))('%s', async (_name, [damage, after]) => {
        await damage();
        expect(await lists()).toEqual(after);

        // A save that moves every task finds nothing left over.
        const rest = TASKS.filter(({ id }) => after === WHOLE || id !== 'b');
        for (const { id } of rest) {
          await store.updateTask(id, CONTEXT, (task) => {
            task.contextId = 'new';
            task.status = statusAt(0, TaskState.TASK_STATE_FAILED);
          });
        }
        const content = await contentOf(server.client, prefix);
        for (const { id } of rest) delete content[`${prefix}{acme:ann:${id}}`];
        const rows = content[`${index}:rows`];
        delete content[`${index}:rows`];
        expect(Object.keys(rows ?? {}).toSorted()).toEqual(rest.map(({ id }) => id).toSorted());
        const members = Object.fromEntries(rest.map(({ id }) => [`2d39122ayo0${id}`, 0]));
        expect(content).toEqual({
          [`${index}:tasks`]: members,
          [`${index}:tasks:s:4`]: members,
          [`${index}:tasks:c:new`]: members,
          [`${index}:tasks:c:new:s:4`]: members,
        });
      });
    });

    describe('rows that are lost', () => {
      test('come back with the next status, and leave no member behind', async () => {
        await server.client.del(`${index}:rows`);
        expect(await lists()).toEqual(WHOLE);
        const task = await loadTask(store, 'b');
        task.status = statusAt(9, TaskState.TASK_STATE_FAILED);
        await store.save(task, CONTEXT);
        expect(await lists()).toEqual({
          all: [['b', 'd', 'c', 'a'], 4],
          one: [['b', 'd', 'a'], 3],
          working: [['d', 'c'], 2],
          'one, working': [['d'], 1],
        });
      });

      test('that cannot be read are replaced', async () => {
        await server.client.hSet(`${index}:rows`, 'b', 'damaged');
        expect(await lists()).toEqual(WHOLE);
        const task = await loadTask(store, 'b');
        task.status = statusAt(9);
        await store.save(task, CONTEXT);
        expect((await lists())['all']).toEqual([['b', 'd', 'c', 'a'], 4]);
      });
    });
  });
}
