import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { partOf } from '@a2a-redis-internal/contract/task-fixtures';
import { beforeEach, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('a value as deep as the servers take', (server) => {
  let prefix: string;
  let store: RedisJSONTaskStore;

  beforeEach(async () => {
    prefix = newPrefix();
    store = another();
    await store.save({ ...streamedTask('t', 'one'), metadata: { a: 1 } }, CONTEXT);
  });

  const another = (): RedisJSONTaskStore => new RedisJSONTaskStore(server.client, { prefix });

  const nested = (levels: number): unknown => {
    let value: unknown = 'bottom';
    for (let level = 0; level < levels; level += 1) value = [value];
    return value;
  };

  test('is stored, wherever it stands', async () => {
    // The document and its metadata are two levels.
    await store.updatePath('t', '$.metadata.deep', CONTEXT, () => nested(118) as never);
    expect(await store.getPath('t', '$.metadata.deep', CONTEXT)).toEqual([nested(118)]);
    const task = await loadTask(store, 't');
    task.artifacts[0]?.parts.push(partOf('', { content: { $case: 'data', value: nested(115) } }));
    await store.save(task, CONTEXT);
    expect(await another().load('t', CONTEXT)).toEqual(task);
  });

  test('and one level more is refused, and nothing is stored', async () => {
    const before = await contentOf(server.client, prefix);
    const expected = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('120 levels') };
    const update = store.updatePath('t', '$.metadata.deep', CONTEXT, () => nested(119) as never);
    await expect(update).rejects.toMatchObject(expected);
    const task = await loadTask(store, 't');
    task.artifacts[0]?.parts.push(partOf('', { content: { $case: 'data', value: nested(116) } }));
    await expect(store.save(task, CONTEXT)).rejects.toMatchObject(expected);
    await expect(another().save(task, CONTEXT)).rejects.toMatchObject(expected);
    expect(await contentOf(server.client, prefix)).toEqual(before);
  });
});
