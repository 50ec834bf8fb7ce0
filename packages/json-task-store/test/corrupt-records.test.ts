import {
  contentOf,
  CONTEXT,
  describeDamage,
  loadTask,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { DAMAGES, setJson } from './damages.ts';
import { describeWithJson } from './servers.ts';
import { SUBJECT } from './subject.ts';

describeDamage(SUBJECT, DAMAGES);

describeWithJson('a damaged document', (server) => {
  let prefix: string;
  let record: string;

  beforeEach(async () => {
    prefix = newPrefix();
    record = `${prefix}{acme:ann:t}`;
    await newStore().save({ ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } }, CONTEXT);
  });

  /** A store that has seen nothing yet. */
  function newStore(): RedisJSONTaskStore {
    return new RedisJSONTaskStore(server.client, { prefix });
  }

  describe('a record without a readable version', () => {
    test.each([
      ['$._store', undefined],
      ['$._store.version', '"many"'],
      ['$._store.version', '12'],
    ])('is not changed by path: %s %s', async (path, value) => {
      await setJson(server.client, record, path, value);
      const before = await contentOf(server.client, prefix);
      const update = newStore().updatePath('t', '$.metadata.a', CONTEXT, () => 2);
      await expect(update).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail: expect.stringContaining('field "$._store.version"'),
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
      await setJson(server.client, record, path, value);
      const before = await contentOf(server.client, prefix);
      const update = newStore().updatePath('t', '$.metadata.a', CONTEXT, () => 2);
      await expect(update).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail: `Record ${JSON.stringify(record)}, ${fault}`,
      });
      expect(await contentOf(server.client, prefix)).toEqual(before);
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
      await setJson(server.client, record, '$.artifacts[0].parts', parts);
      task.artifacts[0]?.parts.push(text('three'));
      await store.save(task, CONTEXT);
      expect(textsOf(await newStore().load('t', CONTEXT))).toEqual(['one', 'two', 'three']);
    });

    test('gone: the record is reported, and left as it is', async () => {
      const store = newStore();
      const task = await loadTask(store, 't');
      await setJson(server.client, record, '$.artifacts[0].parts');
      const before = await contentOf(server.client, prefix);
      task.artifacts[0]?.parts.push(text('three'));
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });
  });
});
