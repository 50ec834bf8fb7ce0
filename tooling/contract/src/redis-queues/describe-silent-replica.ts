import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import type { Listener } from '../queues/listener.ts';
import { useServer } from '../shared-server.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Declares the tests of a replica that does not hear from Redis whether it is taken to be gone. */
export function describeSilentReplica(subject: RedisQueueManagerSubject): void {
  describe(`a replica with a ${subject.name} to which Redis has been silent`, () => {
    const used = useServer({ processControl: true });

    async function startReplica(): Promise<Replica> {
      return Replica.start(subject, used.url, newPrefix(), { failoverMs: 2000 });
    }

    /** A task of a replica that then heard nothing from Redis for so long that others may have ended it. */
    async function silentAfterBeginning(
      a: Replica,
    ): Promise<{ readonly execution: Execution; readonly stream: Listener }> {
      const begun = await beginTask(a);
      await a.queues.flush();
      used.server.pause();
      await sleep(1500);
      return begun;
    }

    it('shows its clients what it published, and its end, when Redis has it', async () => {
      await using a = await startReplica();
      const { execution, stream } = await silentAfterBeginning(a);
      execution.chunks(2).complete();
      execution.bus.finished();
      await sleep(50);
      used.server.resume();
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
      expect((await a.stored(execution.taskId))?.state).toBe('completed');
    });

    it.each(['by an event', 'by returning'])(
      'shows it also where the executor ends %s alone',
      async (how) => {
        await using a = await startReplica();
        const { execution, stream } = await silentAfterBeginning(a);
        if (how === 'by returning') execution.chunks(1).return();
        else execution.complete();
        await sleep(50);
        used.server.resume();
        expect(await stream.ended).toEqual([
          'task working 0',
          how === 'by returning' ? 'chunk 0' : 'completed',
        ]);
      },
    );

    it('leaves a task open that waits for its user', async () => {
      await using a = await startReplica();
      const { execution, stream } = await silentAfterBeginning(a);
      execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
      await sleep(50);
      used.server.resume();
      expect(await stream.ended).toEqual(['task working 0', 'input-required']);
      const { taskId } = execution;
      const executing = a.executor.next();
      const followUp = a.stream({ taskId });
      const other = a.resubscribe(taskId);
      (await executing).task().chunks(1).complete();
      expect(await followUp.ended).toEqual(['task working 0', 'chunk 0', 'completed']);
      expect((await other.ended).at(-1)).toMatch(/completed/);
    });
  });
}
