import { TaskState } from '@a2a-js/sdk';
import { connect } from '@a2a-redis-internal/redis-clients';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import type { RedisClientType } from 'redis';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { listRequest, statusAt } from '../task-store/fixtures.ts';
import { CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

type Call = Exclude<keyof RedisScriptClient, symbol | 'topology'>;

/** A primary, a replica that follows it no more once it is told so, and a client that reads from it. */
interface Deployment {
  readonly client: RedisScriptClient;
  /** The calls that were made, by where they went. */
  readonly calls: Call[];
  /** The replica has what the primary has, and gets nothing of what comes next. */
  readonly freeze: () => Promise<void>;
}

/** What `readFrom: 'replicas'` promises: an answer may be behind, and is never one that a request could be led astray by. */
export function readsFromReplicas({ open, describeOnOwnServers }: RedisTaskStoreSubject): void {
  describeOnOwnServers('a store that reads from replicas', (start) => {
    const used: { stop(): unknown }[] = [];
    afterEach(async () => {
      for (const one of used.splice(0).toReversed()) await one.stop();
    });

    async function connected(): Promise<{
      readonly client: RedisClientType;
      readonly url: string;
    }> {
      const server = await start();
      const client = await connect(server.url);
      used.push(server, { stop: () => client.destroy() });
      return { client, url: server.url };
    }

    async function deploy(): Promise<Deployment> {
      const [primary, replica] = [await connected(), await connected()];
      const { hostname, port } = new URL(primary.url);
      // Redis 7 waits five seconds for more replicas before it sends the data to the first.
      await primary.client.configSet('repl-diskless-sync-delay', '0');
      await replica.client.sendCommand(['REPLICAOF', hostname, port]);
      const calls: Call[] = [];
      const by =
        (name: Call, client: RedisClientType): RedisScriptClient['eval'] =>
        async (...args) => {
          calls.push(name);
          return client[name](...args);
        };
      return {
        calls,
        client: {
          evalSha: by('evalSha', primary.client),
          eval: by('eval', primary.client),
          evalShaRo: by('evalShaRo', replica.client),
          evalRo: by('evalRo', replica.client),
        },
        freeze: async () => {
          await vi.waitUntil(
            async () => Number(await primary.client.sendCommand(['WAIT', '1', '1000'])) === 1,
            30_000,
          );
          await replica.client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
        },
      };
    }

    /** Two processes: the first writes, the second reads from the replica. */
    async function processes(): Promise<
      Deployment & { readonly writer: BaseTaskStore; readonly reader: BaseTaskStore }
    > {
      const deployment = await deploy();
      const { client } = deployment;
      const writer = open(client);
      return { ...deployment, writer, reader: open(client, { readFrom: 'replicas' }) };
    }

    describe('load', () => {
      test('is answered by the replica, which may be behind', async () => {
        const { writer, reader, calls, freeze } = await processes();
        await writer.save(streamedTask('t', 'one'), CONTEXT);
        await freeze();
        await writer.save(streamedTask('t', 'one', 'two'), CONTEXT);
        calls.length = 0;
        expect(textsOf(await loadTask(reader, 't'))).toEqual(['one']);
        expect(new Set(calls)).toEqual(new Set(['evalShaRo', 'evalRo']));
        expect(textsOf(await loadTask(writer, 't'))).toEqual(['one', 'two']);
      });

      test('finds a task that has not reached the replica', async () => {
        const { writer, reader, freeze } = await processes();
        await freeze();
        await writer.save(streamedTask('t', 'one'), CONTEXT);
        expect(textsOf(await loadTask(reader, 't'))).toEqual(['one']);
        expect(await reader.load('none', CONTEXT)).toBeUndefined();
      });

      test('shows what this process wrote', async () => {
        const { reader, freeze } = await processes();
        await reader.save(streamedTask('t', 'one'), CONTEXT);
        await freeze();
        const task = await loadTask(reader, 't');
        task.artifacts[0]?.parts.push(text('two'));
        await reader.save(task, CONTEXT);
        expect(textsOf(await loadTask(reader, 't'))).toEqual(['one', 'two']);
      });
    });

    test('a save that comes from a load that was behind loses nothing', async () => {
      const { writer, reader, freeze } = await processes();
      await writer.save(streamedTask('t', 'one'), CONTEXT);
      await freeze();
      const latest = await loadTask(writer, 't');
      latest.artifacts[0]?.parts.push(text('two'));
      await writer.save(latest, CONTEXT);
      const behind = await loadTask(reader, 't');
      behind.metadata = { mine: true };
      await reader.save(behind, CONTEXT);
      const stored = await loadTask(writer, 't');
      expect([textsOf(stored), stored.metadata]).toEqual([['one', 'two'], { mine: true }]);
    });

    test('an update sees what is stored', async () => {
      const { writer, reader, freeze } = await processes();
      await writer.save(streamedTask('t', 'one'), CONTEXT);
      await freeze();
      await writer.save(streamedTask('t', 'one', 'two'), CONTEXT);
      const seen: string[][] = [];
      await reader.updateTask('t', CONTEXT, (task) => void seen.push(textsOf(task)));
      expect(seen).toEqual([['one', 'two']]);
    });

    test('a list has the tasks that there are, in their states, and mends nothing by what is behind', async () => {
      const { writer, reader, calls, freeze } = await processes();
      for (const id of ['ended', 'same', 'deleted']) {
        await writer.save(streamedTask(id, 'one'), CONTEXT);
      }
      // A store may ask once whether the server has what it needs.
      await reader.list(listRequest({ contextId: 'none' }), CONTEXT);
      await freeze();
      const ended = await loadTask(writer, 'ended');
      ended.status = statusAt(9, TaskState.TASK_STATE_COMPLETED);
      await writer.save(ended, CONTEXT);
      await writer.save(streamedTask('new', 'one'), CONTEXT);
      await writer.delete('deleted', CONTEXT);
      calls.length = 0;
      const listed = await reader.list(listRequest({ includeArtifacts: true }), CONTEXT);
      const states = listed.tasks.map(({ id, status }) => `${id} ${status?.state}`).toSorted();
      expect([states, listed.totalSize]).toEqual([
        [
          `ended ${TaskState.TASK_STATE_COMPLETED}`,
          `new ${TaskState.TASK_STATE_WORKING}`,
          `same ${TaskState.TASK_STATE_WORKING}`,
        ],
        3,
      ]);
      // The index; then what was behind, or was not there.
      expect(calls.filter((call) => call === 'evalSha')).toHaveLength(3);
      const exact = await writer.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(listed.tasks).toEqual(exact.tasks);
    });
  });
}
