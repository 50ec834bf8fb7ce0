import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import type { A2ARedisError } from '@a2a-redis/core';
import { beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { DAMAGES } from './damages.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('damage', (server) => {
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
  function newStore(onCorruptRecord?: (error: A2ARedisError) => void): RedisJSONTaskStore {
    return new RedisJSONTaskStore(server.client, { prefix, onCorruptRecord });
  }

  async function set(path: string, value?: string): Promise<void> {
    const command = value === undefined ? ['JSON.DEL'] : ['JSON.SET'];
    await server.client.sendCommand([
      ...command,
      record,
      path,
      ...(value === undefined ? [] : [value]),
    ]);
  }

  async function damage(name: string): Promise<string> {
    const { field, path, value } = DAMAGES[name] ?? { field: '', path: '$' };
    await set(path, value);
    return field;
  }

  describe.each(Object.keys(DAMAGES))('a record with %s', (name) => {
    test('is reported with its key and field, and left as it is', async () => {
      const field = await damage(name);
      const before = await contentOf(server.client, prefix);
      const expected = {
        name: 'A2ARedisError',
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining(
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
      const field = await damage(name);
      const before = await contentOf(server.client, prefix);
      const errors: A2ARedisError[] = [];
      const store = newStore((error) => errors.push(error));
      const page = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(page.tasks).toEqual([taskOf('whole')]);
      expect(page.totalSize).toBe(2);
      expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
      expect(errors[0]?.message).toContain(`field ${JSON.stringify(field)}`);
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });

    test('is healed by a save of a task that was never loaded', async () => {
      await damage(name);
      await newStore().save(streamedTask('t', 'new'), CONTEXT);
      expect(await newStore().load('t', CONTEXT)).toEqual(streamedTask('t', 'new'));
      expect((await newStore().list(listRequest(), CONTEXT)).totalSize).toBe(2);
    });

    test('can be deleted', async () => {
      await damage(name);
      expect(await newStore().delete('t', CONTEXT)).toBe(true);
      expect(await newStore().load('t', CONTEXT)).toBeUndefined();
      expect((await newStore().list(listRequest(), CONTEXT)).totalSize).toBe(1);
    });
  });

  describe('a record without a readable version', () => {
    test.each([
      ['$._store', undefined],
      ['$._store.version', '"many"'],
      ['$._store.version', '12'],
    ])('is not changed by path: %s %s', async (path, value) => {
      await set(path, value);
      const before = await contentOf(server.client, prefix);
      const update = newStore().updatePath('t', '$.metadata.a', CONTEXT, () => 2);
      await expect(update).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining('field "$._store.version"'),
      });
      expect(await newStore().getPath('t', '$.metadata.a', CONTEXT)).toEqual([1]);
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });
  });

  describe('a record without a readable status', () => {
    test.each([
      ['$.status', 'null', 'field "$.status": not a JSON object.'],
      ['$.status.state', '99', 'field "$.status.state": not a member of its enumeration.'],
    ])('is not changed by path: %s %s', async (path, value, fault) => {
      await set(path, value);
      const before = await contentOf(server.client, prefix);
      const update = newStore().updatePath('t', '$.metadata.a', CONTEXT, () => 2);
      await expect(update).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: `Record ${JSON.stringify(record)}, ${fault}`,
      });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });
  });

  describe('a key of another type', () => {
    beforeEach(async () => {
      await server.client.set(record, 'mine');
    });

    const expected = (): object => ({
      code: 'CORRUPT_RECORD',
      message: expect.stringContaining(JSON.stringify(record)),
    });

    test('is reported, and never overwritten', async () => {
      await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject(expected());
      await expect(newStore().list(listRequest(), CONTEXT)).rejects.toMatchObject(expected());
      await expect(newStore().save(taskOf('t'), CONTEXT)).rejects.toMatchObject(expected());
      expect(await server.client.get(record)).toBe('mine');
    });

    test('is left out of a list that reports it', async () => {
      const errors: A2ARedisError[] = [];
      const page = await newStore((error) => errors.push(error)).list(listRequest(), CONTEXT);
      expect(page.tasks.map(({ id }) => id)).toEqual(['whole']);
      expect(errors).toMatchObject([expected()]);
    });

    test('can be deleted, and the task made anew', async () => {
      expect(await newStore().delete('t', CONTEXT)).toBe(true);
      await newStore().save(taskOf('t'), CONTEXT);
      expect(await newStore().load('t', CONTEXT)).toEqual(taskOf('t'));
    });
  });

  describe('a record that becomes unreadable after it was loaded', () => {
    test('is reported to the save of what was loaded, and left as it is', async () => {
      const store = newStore();
      const task = await loadTask(store, 't');
      await newStore().updateTask('t', CONTEXT, (draft) => void (draft.metadata = { theirs: 1 }));
      await set('$.artifacts[0].parts[0]', '"damaged"');
      const before = await contentOf(server.client, prefix);
      task.metadata = { mine: 1 };
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });

    test.each([undefined, '"many"', '"12"', '12'])(
      'is reported, too, when its version is %s',
      async (version) => {
        const store = newStore();
        const task = await loadTask(store, 't');
        await set('$._store.version', version);
        const before = await contentOf(server.client, prefix);
        await expect(store.save(task, CONTEXT)).rejects.toMatchObject({
          code: 'CORRUPT_RECORD',
          message: expect.stringContaining(', field "v"'),
        });
        expect(await contentOf(server.client, prefix)).toEqual(before);
      },
    );

    test('an error does not quote the record', async () => {
      await set('$.artifacts[0].parts[1]', '"s3cret"');
      const error: unknown = await newStore()
        .load('t', CONTEXT)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(`${String(error)} ${String(error instanceof Error && error.cause)}`).not.toContain(
        's3cret',
      );
    });
  });

  describe('a list that another tool made longer or shorter without a new version', () => {
    test.each([
      ['longer', '[{"text":"one"},{"text":"two"},{"text":"theirs"}]'],
      ['shorter', '[{"text":"one"}]'],
      ['empty', '[]'],
    ])('%s: what is saved is what the caller holds', async (_name, parts) => {
      const store = newStore();
      const task = await loadTask(store, 't');
      await set('$.artifacts[0].parts', parts);
      task.artifacts[0]?.parts.push(text('three'));
      await store.save(task, CONTEXT);
      expect(textsOf(await newStore().load('t', CONTEXT))).toEqual(['one', 'two', 'three']);
    });

    test('gone: the record is reported, and left as it is', async () => {
      const store = newStore();
      const task = await loadTask(store, 't');
      await set('$.artifacts[0].parts');
      const before = await contentOf(server.client, prefix);
      task.artifacts[0]?.parts.push(text('three'));
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });
  });

  describe('an unreadable record that needs attention in the index', () => {
    test('does not hinder a list that reports it', async () => {
      await damage('a part that is a text');
      await server.client.zAdd(`${prefix}{acme:ann}:expiry`, { value: 't', score: 1 });
      await server.client.zAdd(`${prefix}{acme:ann}:pending`, { value: 'writer:1 t', score: 1 });
      await set('$.history', '5');
      const errors: A2ARedisError[] = [];
      const page = await newStore((error) => errors.push(error)).list(listRequest(), CONTEXT);
      expect(page.tasks.map(({ id }) => id)).toEqual(['whole']);
      expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
    });
  });
});
