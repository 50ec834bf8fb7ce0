import { TaskState } from '@a2a-js/sdk';
import { connect } from '@a2a-redis-internal/redis-clients';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { CONTEXT, sendRequest } from '../queues/requests.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** Declares the tests of tasks that are executed several times, at once or one after another. */
export function describeSeveralRuns(subject: RedisQueueManagerSubject): void {
  describe(`several executions with a ${subject.name}`, () => {
    const used = useReplicas(subject, 2, { failoverMs: 3000 }, { exclusive: true });

    describe('a task that two replicas execute', () => {
      it('goes on for subscribers where one of the two has finished', async () => {
        const { a, b } = used;
        const { execution, stream } = await beginTask(a);
        execution.chunks(1);
        await stream.until(2);
        const subscriber = b.resubscribe(execution.taskId);
        await subscriber.until(1);
        const second = b.executor.next();
        const followUp = b.handler.sendMessage(sendRequest({ taskId: execution.taskId }), CONTEXT);
        const other = await second;
        other.chunks(1, 'b').return();
        await Promise.all([subscriber.until(2), stream.until(3), b.queues.flush()]);
        execution.chunks(2).complete();
        const end = ['chunk b0', 'chunk 1', 'chunk 2', 'completed'];
        expect(await stream.ended).toEqual(['task working 0', 'chunk 0', ...end]);
        expect(await subscriber.ended).toEqual(['task working 1', ...end]);
        expect(await followUp).toMatchObject({ id: execution.taskId });
      });
    });

    describe('one execution after another', () => {
      it('is not taken to be over when an earlier one returns late', async () => {
        const { a, b } = used;
        const { execution, stream } = await beginTask(a);
        execution.status(TaskState.TASK_STATE_INPUT_REQUIRED);
        await stream.until(2);
        execution.bus.finished();
        await stream.ended;
        const second = a.executor.next();
        const followUp = a.stream({ taskId: execution.taskId });
        const next = await second;
        next.task().chunks(1);
        await followUp.until(2);
        execution.return();
        await new Promise(setImmediate);

        const canceled = await b.cancel(execution.taskId);
        expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
        expect([a.executor.canceled, b.executor.canceled]).toEqual([[execution.taskId], []]);
        expect((await followUp.ended).at(-1)).toBe('canceled');
      });

      it('is looked after by other replicas, also where it begins while the earlier one pauses', async () => {
        const { a, b } = used;
        const { execution, stream } = await beginTask(a);
        execution.status(TaskState.TASK_STATE_INPUT_REQUIRED);
        await stream.ended;
        const keepsItOpen = a.resubscribe(execution.taskId);
        await keepsItOpen.until(1);
        const second = a.executor.next();
        const followUp = a.stream({ taskId: execution.taskId });
        // Its pause and the beginning of the next one cross.
        execution.return();
        const next = await second;
        next.task().chunks(1);
        await followUp.until(2);
        a.client.destroy();
        await vi.waitUntil(async () => (await b.stored(execution.taskId))?.state === 'failed', {
          timeout: 30_000,
          interval: 50,
        });
        expect((await b.stored(execution.taskId))?.parts).toEqual(['0']);
      });

      it('does not hide from drain and flush what is still to be sent', async () => {
        const { a } = used;
        const { execution, stream } = await beginTask(a);
        const admin = await connect(used.server.url);
        await admin.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE']);
        execution.chunks(5).complete();
        // What a resubscribe does: it takes the place of a bus that is over.
        a.queues.getByTaskId(execution.taskId, CONTEXT);
        expect(await a.queues.drain(50)).toBe(false);
        await admin.sendCommand(['CLIENT', 'UNPAUSE']);
        admin.destroy();
        await stream.ended;
        expect(await a.queues.drain(30_000)).toBe(true);
      });
    });
  });
}
