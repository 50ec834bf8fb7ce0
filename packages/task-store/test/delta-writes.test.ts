import { connect } from '@a2a-redis-internal/redis-clients';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { statusAt } from '@a2a-redis-internal/contract/task-fixtures';
import {
  callsForChunk,
  contentOf,
  CONTEXT,
  loadTask,
  recordedStore,
  sentForChange,
  sentForLateChunk,
  streamedTask,
  text,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { type Task, TaskState } from '@a2a-js/sdk';
import type { RedisClientType } from 'redis';
import { describe, expect, test } from 'vitest';

import { SUBJECT } from './subject.ts';

const THREE = '{"text":"three","mediaType":"text/plain"}';

const CHANGES: Readonly<Record<string, readonly [(task: Task) => void, readonly string[]]>> = {
  nothing: [() => {}, ['0']],
  'a name': [
    (task) => void Object.assign(task.artifacts[0] ?? {}, { name: 'new' }),
    ['0', 'a:0', '{"artifactId":"a","name":"new"}'],
  ],
  metadata: [(task) => void (task.metadata = { a: 1 }), ['0', 'm', '{"a":1}']],
  'a part in the middle': [
    (task) => void task.artifacts[0]?.parts.splice(1, 1, text('changed')),
    ['0', 'p:0:1', '{"text":"changed","mediaType":"text/plain"}', 'p:0:2', THREE],
  ],
  'the last part removed': [
    (task) => void task.artifacts[0]?.parts.pop(),
    ['1', 'p:0:2', 'n:0', '2'],
  ],
  'the artifact removed': [
    (task) => void task.artifacts.pop(),
    ['5', 'a:0', 'n:0', 'p:0:0', 'p:0:1', 'p:0:2', 'a', '0'],
  ],
};

SUBJECT.describeOnServer('delta writes', (server) => {
  describe('a chunk', () => {
    test('is one call for the load and one for the save, and sends nothing but itself', async () => {
      const { version, calls } = await callsForChunk(SUBJECT, server.client);
      expect(calls).toEqual([
        { args: [version], reply: [version] },
        {
          args: [
            version,
            expect.stringMatching(/^[A-Za-z0-9_-]{8}:2$/),
            '',
            '0',
            'p:0:1000',
            '{"text":"chunk","mediaType":"text/plain"}',
            'n:0',
            '1001',
          ],
          reply: ['saved', expect.stringMatching(/^\d{16}$/), ''],
        },
      ]);
    });

    test('changes the part, the count, the version and the last writer, and no other field', async () => {
      const { store, prefix } = recordedStore(SUBJECT, server.client);
      await store.save(streamedTask('t', 'one', 'two'), CONTEXT);
      const before = await contentOf(server.client, prefix);
      const task = await loadTask(store, 't');
      task.artifacts[0]?.parts.push(text('three'));
      await store.save(task, CONTEXT);

      const record = `${prefix}{acme:ann:t}`;
      const after = await contentOf(server.client, prefix);
      const version = after[record]?.['v'];
      expect(Number(version)).toBeGreaterThan(Number(before[record]?.['v']));
      expect(after).toEqual({
        ...before,
        [record]: {
          ...before[record],
          v: version,
          w: String(before[record]?.['w']).replace(':1', ':2'),
          'n:0': '3',
          'p:0:2': '{"text":"three","mediaType":"text/plain"}',
        },
      });
    });

    test('is two commands for the server', async () => {
      await using own = await startRedisServer({ exclusive: true });
      const client = await connect(own.url);
      const { store } = recordedStore(SUBJECT, client);
      await store.save(streamedTask('t'), CONTEXT);
      await loadTask(store, 't');
      await client.configResetStat();
      for (let chunk = 0; chunk < 10; chunk += 1) {
        const task = await loadTask(store, 't');
        task.artifacts[0]?.parts.push(text(`chunk ${chunk}`));
        await store.save(task, CONTEXT);
      }
      const counts = await commandCounts(client);
      client.destroy();
      expect(counts).toEqual({
        'config|resetstat': 1,
        evalsha: 20,
        // Inside the scripts: the version of the load; the version and the new fields of the save.
        hget: 10,
        hmget: 10,
        hset: 10,
        // And its clock.
        time: 10,
      });
    });
  });

  describe('a change of a task that this process has written since', () => {
    test('is merged before it is sent, in one call', async () => {
      const sent = await sentForLateChunk(SUBJECT, server.client);
      expect(sent.slice(4)).toEqual([
        'p:0:2',
        '{"text":"second","mediaType":"text/plain"}',
        'n:0',
        '3',
      ]);
    });
  });

  describe('other changes send what changed', () => {
    test.each(Object.entries(CHANGES))('%s', async (_name, [change, expected]) => {
      expect(await sentForChange(SUBJECT, server.client, change)).toEqual(expected);
    });

    test('a status, with the index', async () => {
      const status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
      const sent = await sentForChange(SUBJECT, server.client, (task) => (task.status = status));
      expect(sent).toEqual([
        '0',
        's',
        '{"state":"TASK_STATE_COMPLETED","timestamp":"2026-01-01T00:00:00.001Z"}',
        't',
        '2d39122ayo1 3 context',
        '2d39122ayo1t',
        '2d39122ayo0 2 context',
        '2d39122ayo0t',
        '',
        '',
      ]);
    });
  });
});

async function commandCounts(client: RedisClientType): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, name = '', calls] of (await client.info('commandstats')).matchAll(
    /^cmdstat_([^:]+):calls=(\d+)/gmu,
  )) {
    counts[name] = Number(calls);
  }
  return counts;
}
