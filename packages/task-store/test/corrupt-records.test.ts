import {
  CONTEXT,
  describeDamage,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest } from '@a2a-redis-internal/contract/task-fixtures';
import type { A2ARedisError } from '@a2a-redis/core';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { DAMAGES } from './damages.ts';
import { SUBJECT } from './subject.ts';

describeDamage(SUBJECT, DAMAGES);

SUBJECT.describeOnServer('a damaged hash', (server) => {
  let prefix: string;
  let record: string;

  beforeEach(async () => {
    prefix = newPrefix();
    record = `${prefix}{acme:ann:t}`;
    const task = { ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } };
    await SUBJECT.open(server.client, { prefix }).save(task, CONTEXT);
  });

  describe('a fault in a field', () => {
    test.each([
      ['s', '{"state":99}', 'state: not a member of its enumeration'],
      ['s', '{"message":{"role":"user"}}', 'message.role: not a member of its enumeration'],
      ['s', '{"message":{"parts":[{},{"text":5}]}}', 'message.parts[1].text: not a text'],
      ['a:0', '{"artifactId":"a","extensions":[1]}', 'extensions[0]: not a text'],
      ['p:0:1', '{"raw":"no base64!"}', 'raw: not bytes in base64'],
      ['p:0:1', '{"text":"two","url":"u"}', 'more than one kind of content'],
    ])('of %s with %s is named by its path', async (field, value, fault) => {
      await server.client.hSet(record, field, value);
      await expect(
        SUBJECT.open(server.client, { prefix }).load('t', CONTEXT),
      ).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail: `Record ${JSON.stringify(record)}, field ${JSON.stringify(field)}: ${fault}.`,
      });
    });
  });

  describe('messages that a record counts otherwise', () => {
    test.each([
      ['1000000', 'field "h:0": missing'],
      ['999999999', 'field "h:0": missing'],
      ['1e308', 'field "h": not a count'],
      ['0x7fffffff', 'field "h": not a count'],
      ['inf', 'field "h": not a count'],
      ['nan', 'field "h": not a count'],
      ['-1', 'field "h": not a count'],
    ])('are looked for by a list no more often than there are fields: %s', async (count, fault) => {
      await server.client.hSet(record, 'h', count);
      const faults: A2ARedisError[] = [];
      const store = SUBJECT.open(server.client, {
        prefix,
        onCorruptRecord: (error) => void faults.push(error),
      });
      const before = await lookedUp();
      expect(await store.list(listRequest(), CONTEXT)).toMatchObject({ tasks: [], totalSize: 1 });
      expect((await lookedUp()) - before).toBe(1);
      expect(faults.map(({ code, message, detail }) => [code, message, detail])).toEqual([
        [
          'CORRUPT_RECORD',
          'A stored record cannot be read.',
          `Record ${JSON.stringify(record)}, ${fault}.`,
        ],
      ]);
    });

    /** How many commands the server has had that look up several fields. */
    async function lookedUp(): Promise<number> {
      const stats = await server.client.info('commandstats');
      return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    }
  });

  describe('parts that a record counts otherwise', () => {
    async function expectMissing(field: string): Promise<void> {
      const loading = SUBJECT.open(server.client, { prefix }).load('t', CONTEXT);
      await expect(loading).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail: expect.stringContaining(`, field "${field}": missing`),
      });
    }

    test('of many artifacts take up no more memory than there are fields', async () => {
      const artifacts = Object.fromEntries(
        Array.from({ length: 2000 }, (_, index) => [
          [`a:${index}`, `{"artifactId":"${index}"}`],
          [`n:${index}`, '999999999'],
        ]).flat(),
      );
      await server.client.hSet(record, { ...artifacts, a: '2000' });
      const lengths: number[] = [];
      const from = vi.spyOn(Array, 'from');
      await expectMissing('p:0:2');
      for (const [list] of from.mock.calls) {
        if (!Array.isArray(list) && 'length' in list) lengths.push(list.length);
      }
      from.mockRestore();
      // The artifacts, and places for parts.
      const fields = await server.client.hLen(record);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(2000 + fields);
    });

    test('more than fit into memory are reported by the first that is missing', async () => {
      await server.client.hSet(record, 'n:0', '999999999');
      await expectMissing('p:0:2');
    });

    test('fields that are no part of the record are not read', async () => {
      const task = await SUBJECT.open(server.client, { prefix }).load('t', CONTEXT);
      for (const field of ['p:0:2', 'p:0:01', 'p:0:', 'p:0:-1', 'p:0:1e0', 'p:1:0', 'p:', 'p::0']) {
        await server.client.hSet(record, field, 'damaged');
      }
      await server.client.hSet(record, 'p:00:0', 'damaged');
      expect(await SUBJECT.open(server.client, { prefix }).load('t', CONTEXT)).toEqual(task);
    });
  });
});
