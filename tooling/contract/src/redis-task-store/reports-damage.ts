import { TaskState } from '@a2a-js/sdk';
import type { A2ARedisError } from '@a2a-redis/core';
import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { beforeEach, describe, expect, test } from 'vitest';

import { listRequest, taskOf } from '../task-store/fixtures.ts';
import { contentOf, CONTEXT, loadTask, streamedTask } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** Damages the record at a key: that of a task with an artifact of two texts, and metadata. */
export type DamageRecord = (client: RedisClientType, record: string) => Promise<unknown>;

/** How the records of a store can be damaged. */
export interface Damages {
  /** What errors call the version of a record. */
  readonly versionField: string;
  /** By their names, which follow `a record with`. */
  readonly kinds: Readonly<Record<string, Damage>>;
  /** Leaves a part that is unreadable and holds a text. */
  readonly hidden: { readonly text: string; readonly damage: DamageRecord };
  /** Leaves a history that is none. */
  readonly damageHistory: DamageRecord;
}

/** One kind of damage. */
export interface Damage {
  /** The field that the error names. */
  readonly field: string;
  readonly damage: DamageRecord;
}

/** All that clients are told of such a record. */
const UNREADABLE = 'A stored record cannot be read.';

/** Declares tests that records which cannot be read are reported, and hurt no other. */
export function describeDamage(
  { name, open, describeOnServer }: RedisTaskStoreSubject,
  { versionField, kinds, hidden, damageHistory }: Damages,
): void {
  describeOnServer(`${name} and damage`, (server) => {
    let prefix: string;
    let record: string;

    beforeEach(async () => {
      prefix = newPrefix();
      record = `${prefix}{acme:ann:t}`;
      const store = newStore();
      await store.save({ ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } }, CONTEXT);
      await store.save(taskOf('whole'), CONTEXT);
    });

    /** A store that has seen nothing yet. */
    function newStore(onCorruptRecord?: (error: A2ARedisError) => void): BaseTaskStore {
      return open(server.client, { prefix, onCorruptRecord });
    }

    /** What an error about the record says at least. */
    function corrupt(): object {
      const detail: unknown = expect.stringContaining(JSON.stringify(record));
      return { code: 'CORRUPT_RECORD', message: UNREADABLE, detail };
    }

    describe.each(Object.entries(kinds))('a record with %s', (_name, { field, damage }) => {
      test('is reported with its key and field, and left as it is', async () => {
        await damage(server.client, record);
        const before = await contentOf(server.client, prefix);
        const expected = {
          name: 'A2ARedisError',
          code: 'CORRUPT_RECORD',
          message: UNREADABLE,
          detail: expect.stringContaining(
            `${JSON.stringify(record)}, field ${JSON.stringify(field)}`,
          ),
        };
        await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject(expected);
        await expect(newStore().updateTask('t', CONTEXT, () => {})).rejects.toMatchObject(expected);
        const request = listRequest({ includeArtifacts: true });
        await expect(newStore().list(request, CONTEXT)).rejects.toMatchObject(expected);
        expect(await contentOf(server.client, prefix)).toEqual(before);
        expect(await newStore().load('whole', CONTEXT)).toEqual(taskOf('whole'));
      });

      test('is left out of a list that reports it', async () => {
        await damage(server.client, record);
        const before = await contentOf(server.client, prefix);
        const errors: A2ARedisError[] = [];
        const store = newStore((error) => errors.push(error));
        const page = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
        expect(page.tasks).toEqual([taskOf('whole')]);
        expect(page.totalSize).toBe(2);
        expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
        expect(errors[0]?.detail).toContain(`field ${JSON.stringify(field)}`);
        expect(await contentOf(server.client, prefix)).toEqual(before);
      });

      test('is healed by a save of a task that was never loaded', async () => {
        await damage(server.client, record);
        await newStore().save(streamedTask('t', 'new'), CONTEXT);
        expect(await newStore().load('t', CONTEXT)).toEqual(streamedTask('t', 'new'));
        expect((await newStore().list(listRequest(), CONTEXT)).totalSize).toBe(2);
      });

      test('can be deleted', async () => {
        await damage(server.client, record);
        expect(await newStore().delete('t', CONTEXT)).toBe(true);
        expect(await newStore().load('t', CONTEXT)).toBeUndefined();
        expect((await newStore().list(listRequest(), CONTEXT)).totalSize).toBe(1);
      });
    });

    describe('a key of another type', () => {
      beforeEach(async () => {
        await server.client.set(record, 'mine');
      });

      test('is reported, and never overwritten', async () => {
        await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject(corrupt());
        await expect(newStore().list(listRequest(), CONTEXT)).rejects.toMatchObject(corrupt());
        await expect(newStore().save(taskOf('t'), CONTEXT)).rejects.toMatchObject(corrupt());
        expect(await server.client.get(record)).toBe('mine');
      });

      test('is left out of a list that reports it', async () => {
        const errors: A2ARedisError[] = [];
        const page = await newStore((error) => errors.push(error)).list(listRequest(), CONTEXT);
        expect(page.tasks.map(({ id }) => id)).toEqual(['whole']);
        expect(errors).toMatchObject([corrupt()]);
      });

      test('can be deleted, and the task made anew', async () => {
        expect(await newStore().delete('t', CONTEXT)).toBe(true);
        await newStore().save(taskOf('t'), CONTEXT);
        expect(await newStore().load('t', CONTEXT)).toEqual(taskOf('t'));
      });
    });

    test.each(['rows', 'tasks', 'expiry'])(
      'nothing is written of a task where the index has another type of value in its %s',
      async (part) => {
        const key = `${prefix}{acme:ann}:${part}`;
        await server.client.del(key);
        await server.client.set(key, 'mine');
        const before = await contentOf(server.client, prefix);
        const failing = newStore().updateTask('whole', CONTEXT, ({ status }) => {
          if (status !== undefined) status.state = TaskState.TASK_STATE_COMPLETED;
        });
        await expect(failing).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
        expect(await contentOf(server.client, prefix)).toEqual(before);
      },
    );

    describe('a record that becomes unreadable after it was loaded', () => {
      test('is reported to the save of what was loaded, and left as it is', async () => {
        const store = newStore();
        const task = await loadTask(store, 't');
        await newStore().updateTask('t', CONTEXT, (draft) => void (draft.metadata = { theirs: 1 }));
        await hidden.damage(server.client, record);
        const before = await contentOf(server.client, prefix);
        task.metadata = { mine: 1 };
        await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
        expect(await contentOf(server.client, prefix)).toEqual(before);
      });

      const versions = Object.entries(kinds).filter(([, { field }]) => field === versionField);
      test.each(versions)('is reported, too, when it has %s', async (_name, { damage }) => {
        const store = newStore();
        const task = await loadTask(store, 't');
        await damage(server.client, record);
        const before = await contentOf(server.client, prefix);
        await expect(store.save(task, CONTEXT)).rejects.toMatchObject({
          code: 'CORRUPT_RECORD',
          message: UNREADABLE,
          detail: expect.stringContaining(`, field "${versionField}"`),
        });
        expect(await contentOf(server.client, prefix)).toEqual(before);
      });

      test('an error does not quote the record', async () => {
        await hidden.damage(server.client, record);
        const error: unknown = await newStore()
          .load('t', CONTEXT)
          .catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'CORRUPT_RECORD' });
        expect(`${String(error)} ${String(error instanceof Error && error.cause)}`).not.toContain(
          hidden.text,
        );
      });
    });

    describe('an unreadable record that needs attention in the index', () => {
      test('does not hinder a list that reports it', async () => {
        await hidden.damage(server.client, record);
        await server.client.zAdd(`${prefix}{acme:ann}:expiry`, { value: 't', score: 1 });
        await server.client.zAdd(`${prefix}{acme:ann}:pending`, { value: 'writer:1 t', score: 1 });
        await damageHistory(server.client, record);
        const errors: A2ARedisError[] = [];
        const page = await newStore((error) => errors.push(error)).list(listRequest(), CONTEXT);
        expect(page.tasks.map(({ id }) => id)).toEqual(['whole']);
        expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
      });
    });
  });
}
