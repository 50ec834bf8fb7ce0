import {
  CONTEXT,
  describeDamage,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test } from 'vitest';

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
        message: `Record ${JSON.stringify(record)}, field ${JSON.stringify(field)}: ${fault}.`,
      });
    });
  });

  describe('parts that a record counts otherwise', () => {
    test('more than fit into memory are reported by the first that is missing', async () => {
      await server.client.hSet(record, 'n:0', '999999999');
      await expect(
        SUBJECT.open(server.client, { prefix }).load('t', CONTEXT),
      ).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining(', field "p:0:2": missing'),
      });
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
