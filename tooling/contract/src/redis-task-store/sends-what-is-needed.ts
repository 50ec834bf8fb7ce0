import { isDeepStrictEqual } from 'node:util';

import type { Task } from '@a2a-js/sdk';
import { longestCommand, newPrefix } from '@a2a-redis-internal/redis-clients';
import { describe, expect, test } from 'vitest';

import { artifactOf, listRequest, messageOf } from '../task-store/fixtures.ts';
import { CONTEXT, loadTask, streamedTask, text } from './fixtures.ts';
import { recordedStore } from './recorded-store.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** Whole tasks of more values than a client can send as arguments. */
const LARGE_TASKS: readonly (readonly [string, (task: Task) => void])[] = [
  ['45,000 parts', (task) => task.artifacts[0]?.parts.push(...manyTexts(45_000).map(text))],
  [
    '20,000 artifacts',
    (task) => {
      task.artifacts = manyTexts(20_000).map((value) => artifactOf(value, [value]));
    },
  ],
  [
    '50,000 messages',
    (task) => {
      task.history = manyTexts(50_000).map((value) => messageOf(value));
    },
  ],
];

/** So many texts, each another one; some take more bytes than characters. */
function manyTexts(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `chunk ${index}${index % 7 === 0 ? ' é😀' : ''}`,
  );
}

/** No call brings or sends what the other side has, and there are no calls too many. */
export function sendsWhatIsNeeded(subject: RedisTaskStoreSubject): void {
  const { open, describeOnServer } = subject;

  describeOnServer('what is sent', (server) => {
    describe('a load', () => {
      test('brings the content only when this process does not have it', async () => {
        const { store, calls, prefix } = recordedStore(subject, server.client);
        await store.save(streamedTask('t', 'one'), CONTEXT);
        const other = open(server.client, { prefix });
        await other.load('t', CONTEXT);
        await other.save(streamedTask('t', 'one', 'two'), CONTEXT);
        calls.length = 0;
        for (let count = 0; count < 3; count += 1) await store.load('t', CONTEXT);
        expect(calls.map(({ reply }) => (Array.isArray(reply) ? reply.length : reply))).toEqual([
          2, 1, 1,
        ]);
      });
    });

    describe('a list', () => {
      test('is one call for the index and one for each task shown, sent together', async () => {
        const { store, calls } = recordedStore(subject, server.client);
        for (const id of ['a', 'b', 'c']) await store.save(streamedTask(id, 'one'), CONTEXT);
        calls.length = 0;
        await store.list(listRequest({ pageSize: 1 }), CONTEXT);
        expect(calls).toHaveLength(2);
      });

      test('does not transfer artifacts that are not asked for', async () => {
        const prefix = newPrefix();
        const writer = open(server.client, { prefix });
        await writer.save(streamedTask('t', 'secret of the artifact'), CONTEXT);
        const { store: reader, calls } = recordedStore(subject, server.client, { prefix });
        await reader.list(listRequest(), CONTEXT);
        expect(JSON.stringify(calls)).toContain('TASK_STATE_WORKING');
        expect(JSON.stringify(calls)).not.toContain('artifact');
      });
    });

    describe('more values than a script can pass on at once', () => {
      test('are appended in order, in one call', async () => {
        const { store, calls, prefix } = recordedStore(subject, server.client);
        await store.save(streamedTask('t', 'first'), CONTEXT);
        const task = await loadTask(store, 't');
        const values = manyTexts(9000);
        task.artifacts[0]?.parts.push(...values.map(text));
        calls.length = 0;
        await store.save(task, CONTEXT);
        expect(calls).toHaveLength(1);
        expect(calls[0]?.args.length).toBeLessThanOrEqual(1000);
        const loaded = await loadTask(open(server.client, { prefix }), 't');
        expect(loaded.artifacts).toEqual(streamedTask('t', 'first', ...values).artifacts);
      });

      test.each(LARGE_TASKS)('are written as one task of %s, in one call', async (_, fill) => {
        const { store, calls, prefix } = recordedStore(subject, server.client);
        const task = streamedTask('t');
        fill(task);
        await store.save(task, CONTEXT);
        expect(calls).toHaveLength(1);
        expect(calls[0]?.args.length).toBeLessThanOrEqual(1000);
        const loaded = await loadTask(open(server.client, { prefix }), 't');
        expect(isDeepStrictEqual(loaded, task)).toBe(true);
      });

      test('are more than a thousand arguments in no command, of a script either', async () => {
        const { client, url } = server;
        const store = open(client);
        const longest = await longestCommand(url, async () => {
          const task = streamedTask('t', ...manyTexts(5000));
          task.history = manyTexts(5000).map((value) => messageOf(value));
          await store.save(task, CONTEXT);
          const loaded = await loadTask(store, 't');
          loaded.artifacts[0]?.parts.push(...manyTexts(5000).map(text));
          await store.save(loaded, CONTEXT);
          const reader = open(client, { prefix: newPrefix() });
          await reader.list(listRequest(), CONTEXT);
          await open(client).list(listRequest(), CONTEXT);
          loaded.artifacts.length = 0;
          await store.save(loaded, CONTEXT);
          await store.delete('t', CONTEXT);
        });
        expect(longest.size).toBeGreaterThan(100);
        expect(longest.size).toBeLessThanOrEqual(1000);
      });

      test('are removed in one call', async () => {
        const { store, calls, prefix } = recordedStore(subject, server.client);
        await store.save(streamedTask('t', ...manyTexts(9000)), CONTEXT);
        const task = await loadTask(store, 't');
        task.artifacts.length = 0;
        calls.length = 0;
        await store.save(task, CONTEXT);
        expect(calls).toHaveLength(1);
        expect(calls[0]?.args.length).toBeLessThanOrEqual(1000);
        expect((await loadTask(open(server.client, { prefix }), 't')).artifacts).toEqual([]);
      });
    });
  });
}
