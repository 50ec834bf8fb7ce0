import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { A2ARedisError } from '@a2a-redis/core';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let server: RedisServer;
let client: RedisClientType;
let prefix: string;
let record: string;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

beforeEach(async () => {
  prefix = newPrefix();
  record = `${prefix}{acme:ann:t}`;
  const store = newStore();
  await store.save({ ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } }, CONTEXT);
  await store.save(taskOf('whole'), CONTEXT);
});

/** A store that has seen nothing yet. */
function newStore(onCorruptRecord?: (error: A2ARedisError) => void): RedisTaskStore {
  return new RedisTaskStore(client, { prefix, onCorruptRecord });
}

/** The field to name in the error, and the damage: what the field holds, or nothing. */
const DAMAGES: Readonly<Record<string, readonly [field: string, value: string | undefined]>> = {
  'no version': ['v', undefined],
  'a version that is none': ['v', 'many'],
  'a version too short': ['v', '12'],
  'no id': ['i', undefined],
  'the id of another task': ['i', 'other'],
  'no context id': ['c', undefined],
  'no length of the history': ['h', undefined],
  'a history longer than there are messages': ['h:0', undefined],
  'no number of artifacts': ['a', undefined],
  'a negative number of artifacts': ['a', '-1'],
  'a number of artifacts that is none': ['a', 'two'],
  'a number of artifacts beyond all bounds': ['a', '99999999999'],
  'more artifacts than there are': ['a:1', undefined],
  'no artifact': ['a:0', undefined],
  'an artifact that is not JSON': ['a:0', '{"artifactId":"a"'],
  'events that are none': ['e:publisher', '1-'],
  'events out of order that are none': ['e:publisher', '2 [[2]]'],
  'no number of parts': ['n:0', undefined],
  'more parts than there are': ['p:0:2', undefined],
  'no part in the middle': ['p:0:0', undefined],
  'a part that is not JSON': ['p:0:1', '{"text":'],
  'a part that is no object': ['p:0:1', '"two"'],
  'a part whose text is a number': ['p:0:1', '{"text":5}'],
  'a part of a text and a url': ['p:0:1', '{"text":"two","url":"https://host.example"}'],
  'a part of bytes that are not base64': ['p:0:1', '{"raw":"no base64!"}'],
  'a part deeper than a task can be': ['p:0:1', `{"data":${'['.repeat(201)}${']'.repeat(201)}}`],
  'an artifact whose name is a list': ['a:0', '{"artifactId":"a","name":["b"]}'],
  'a message whose id is a number': ['h:0', '{"messageId":12345}'],
  'a message of parts that are no list': ['h:0', '{"messageId":"m","parts":"oops"}'],
  'a state that is a number': ['s', '{"state":99}'],
  'a state of an unknown name': ['s', '{"state":"TASK_STATE_BUSY"}'],
  'a status that is not JSON': ['s', ''],
  'a status that is no object': ['s', '[]'],
  'metadata that is no object': ['m', 'null'],
};

async function damage(name: string): Promise<string> {
  const [field, value] = DAMAGES[name] ?? ['', ''];
  if (name === 'a history longer than there are messages') await client.hSet(record, 'h', '1');
  else if (name === 'more artifacts than there are') await client.hSet(record, 'a', '2');
  else if (name === 'more parts than there are') await client.hSet(record, 'n:0', '3');
  else if (field === 'h:0') await client.hSet(record, { h: '1', [field]: value ?? '' });
  else if (value === undefined) await client.hDel(record, field);
  else await client.hSet(record, field, value);
  return field;
}

describe.each(Object.keys(DAMAGES))('a record with %s', (name) => {
  test('is reported with its key and field, and left as it is', async () => {
    const field = await damage(name);
    const before = await contentOf(client, prefix);
    const expected = {
      name: 'A2ARedisError',
      code: 'CORRUPT_RECORD',
      message: expect.stringContaining(`${JSON.stringify(record)}, field ${JSON.stringify(field)}`),
    };
    await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject(expected);
    await expect(newStore().updateTask('t', CONTEXT, () => {})).rejects.toMatchObject(expected);
    const request = listRequest({ includeArtifacts: true });
    await expect(newStore().list(request, CONTEXT)).rejects.toMatchObject(expected);
    expect(await contentOf(client, prefix)).toEqual(before);
    expect(await newStore().load('whole', CONTEXT)).toEqual(taskOf('whole'));
  });

  test('is left out of a list that reports it', async () => {
    const field = await damage(name);
    const before = await contentOf(client, prefix);
    const errors: A2ARedisError[] = [];
    const store = newStore((error) => errors.push(error));
    const page = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
    expect(page.tasks).toEqual([taskOf('whole')]);
    expect(page.totalSize).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
    expect(errors[0]?.message).toContain(`field ${JSON.stringify(field)}`);
    expect(await contentOf(client, prefix)).toEqual(before);
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

describe('a fault in a field', () => {
  test.each([
    ['s', '{"state":99}', 'state: not a member of its enumeration'],
    ['s', '{"message":{"role":"user"}}', 'message.role: not a member of its enumeration'],
    ['s', '{"message":{"parts":[{},{"text":5}]}}', 'message.parts[1].text: not a text'],
    ['a:0', '{"artifactId":"a","extensions":[1]}', 'extensions[0]: not a text'],
    ['p:0:1', '{"raw":"no base64!"}', 'raw: not bytes in base64'],
    ['p:0:1', '{"text":"two","url":"u"}', 'more than one kind of content'],
  ])('of %s with %s is named by its path', async (field, value, fault) => {
    await client.hSet(record, field, value);
    await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      message: `Record ${JSON.stringify(record)}, field ${JSON.stringify(field)}: ${fault}.`,
    });
  });
});

describe('parts that a record counts otherwise', () => {
  test('more than fit into memory are reported by the first that is missing', async () => {
    await client.hSet(record, 'n:0', '999999999');
    await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      message: expect.stringContaining(', field "p:0:2": missing'),
    });
  });

  test('fields that are no part of the record are not read', async () => {
    const task = await newStore().load('t', CONTEXT);
    for (const field of ['p:0:2', 'p:0:01', 'p:0:', 'p:0:-1', 'p:0:1e0', 'p:1:0', 'p:', 'p::0']) {
      await client.hSet(record, field, 'damaged');
    }
    await client.hSet(record, 'p:00:0', 'damaged');
    expect(await newStore().load('t', CONTEXT)).toEqual(task);
  });
});

describe('a key of another type', () => {
  beforeEach(async () => {
    await client.set(record, 'mine');
  });

  const expected = (): object => ({
    code: 'CORRUPT_RECORD',
    message: expect.stringContaining(JSON.stringify(record)),
  });

  test('is reported, and never overwritten', async () => {
    await expect(newStore().load('t', CONTEXT)).rejects.toMatchObject(expected());
    await expect(newStore().list(listRequest(), CONTEXT)).rejects.toMatchObject(expected());
    await expect(newStore().save(taskOf('t'), CONTEXT)).rejects.toMatchObject(expected());
    expect(await client.get(record)).toBe('mine');
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
    await client.hSet(record, 'p:0:0', 'damaged');
    const before = await contentOf(client, prefix);
    task.metadata = { mine: 1 };
    await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(await contentOf(client, prefix)).toEqual(before);
  });

  test.each([undefined, 'many', '12'])(
    'is reported, too, when its version is %s',
    async (version) => {
      const store = newStore();
      const task = await loadTask(store, 't');
      await (version === undefined ? client.hDel(record, 'v') : client.hSet(record, 'v', version));
      const before = await contentOf(client, prefix);
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject({
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining(', field "v"'),
      });
      expect(await contentOf(client, prefix)).toEqual(before);
    },
  );

  test('an error does not quote the record', async () => {
    await client.hSet(record, 'p:0:1', '{"text":"s3cret" "');
    const error: unknown = await newStore()
      .load('t', CONTEXT)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(`${String(error)} ${String(error instanceof Error && error.cause)}`).not.toContain(
      's3cret',
    );
  });
});

describe('an unreadable record that needs attention in the index', () => {
  test('does not hinder a list that reports it', async () => {
    await damage('no part in the middle');
    await client.zAdd(`${prefix}{acme:ann}:expiry`, { value: 't', score: 1 });
    await client.zAdd(`${prefix}{acme:ann}:pending`, { value: 'writer:1 t', score: 1 });
    await client.hSet(record, 'h', 'none');
    const errors: A2ARedisError[] = [];
    const page = await newStore((error) => errors.push(error)).list(listRequest(), CONTEXT);
    expect(page.tasks.map(({ id }) => id)).toEqual(['whole']);
    expect(errors.map(({ code }) => code)).toEqual(['CORRUPT_RECORD']);
  });
});
