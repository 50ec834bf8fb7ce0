import type { Task } from '@a2a-js/sdk';
import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { append, CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** A save that failed at its deadline, and was applied after it, is not applied once more. */
export function writesOnceWhenRepliesAreLate({
  open,
  describeOnOwnServers,
}: RedisTaskStoreSubject): void {
  describeOnOwnServers(
    'a write that got no reply in time, and was applied later',
    (startServer) => {
      let server: RedisServer;
      let client: RedisClientType;
      let store: BaseTaskStore;
      let loaded: Task;

      // The server sleeps until the deadline of a save has passed, then finds the save in its socket.
      beforeEach(async () => {
        server = await startServer();
        client = await connect(server.url);
        store = open(client, { prefix: newPrefix(), deadlineMs: 200 });
        await store.save(streamedTask('t', 'first'), CONTEXT);
        loaded = await loadTask(store, 't');
      });

      afterEach(async () => {
        client.destroy();
        await server.stop();
      });

      async function saveInVain(task: Task): Promise<void> {
        server.pause();
        await expect(store.save(task, CONTEXT)).rejects.toMatchObject({
          code: 'DEADLINE_EXCEEDED',
        });
        server.resume();
      }

      it('is not applied again when the object is saved again', async () => {
        loaded.artifacts[0]?.parts.push(text('second'));
        await saveInVain(loaded);
        loaded.artifacts[0]?.parts.push(text('third'));
        await store.save(loaded, CONTEXT);
        expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second', 'third']);
      });

      it('is not applied again after it was seen by a load', async () => {
        loaded.artifacts[0]?.parts.push(text('second'));
        await saveInVain(loaded);
        await append(store, ['by another object']);
        loaded.artifacts[0]?.parts.push(text('third'));
        await store.save(loaded, CONTEXT);
        expect(textsOf(await store.load('t', CONTEXT))).toEqual([
          'first',
          'second',
          'by another object',
          'third',
        ]);
      });

      it('is not applied again when a copy of the task was saved, and is saved again', async () => {
        const copy = structuredClone(loaded);
        copy.artifacts[0]?.parts.push(text('second'));
        await saveInVain(copy);
        copy.artifacts[0]?.parts.push(text('third'));
        await store.save(copy, CONTEXT);
        expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second', 'third']);
      });

      it('is waited for once by saves of one task, not once by each', async () => {
        server.pause();
        const saves = Array.from({ length: 6 }, async (_, index) =>
          store.save(streamedTask('t', String(index)), CONTEXT),
        );
        const outcomes = await Promise.allSettled(saves);
        server.resume();
        const errors: unknown[] = outcomes.map((each) =>
          each.status === 'rejected' ? each.reason : each,
        );
        expect(errors[0]).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
        // Not begun in time, or not ended: not one deadline of a script after another.
        const message: unknown = expect.stringMatching(
          /^(?:Earlier writes of the same task|Saving task) /,
        );
        const late = { code: 'DEADLINE_EXCEEDED', message };
        expect(errors.slice(1)).toMatchObject(Array.from({ length: 5 }, () => late));
      });
    },
  );
}
