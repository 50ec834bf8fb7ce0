import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import {
  beginTask,
  type Execution,
  type Listener,
} from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CONTEXT, Replica } from './replica.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ processControl: true });
});
afterAll(async () => {
  await server.stop();
});

/** A task of a replica that then heard nothing from Redis for so long that others may have ended it. */
async function silentAfterBeginning(
  a: Replica,
): Promise<{ readonly execution: Execution; readonly stream: Listener }> {
  const begun = await beginTask(a);
  await a.queues.flush();
  server.pause();
  await sleep(1500);
  return begun;
}

describe('a replica to which Redis has been silent', () => {
  it('shows its clients what it published, and its end, when Redis has it', async () => {
    await using a = await Replica.start(server.url, `${randomUUID()}:`, { failoverMs: 2000 });
    const { execution, stream } = await silentAfterBeginning(a);
    execution.chunks(2).complete();
    execution.bus.finished();
    await sleep(50);
    server.resume();
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
    const task = await a.tasks.load(execution.taskId, CONTEXT);
    expect(task?.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it.each(['by an event', 'by returning'])(
    'shows it also where the executor ends %s alone',
    async (how) => {
      await using a = await Replica.start(server.url, `${randomUUID()}:`, { failoverMs: 2000 });
      const { execution, stream } = await silentAfterBeginning(a);
      if (how === 'by returning') execution.chunks(1).return();
      else execution.complete();
      await sleep(50);
      server.resume();
      expect(await stream.ended).toEqual([
        'task working 0',
        how === 'by returning' ? 'chunk 0' : 'completed',
      ]);
    },
  );

  it('leaves a task open that waits for its user', async () => {
    await using a = await Replica.start(server.url, `${randomUUID()}:`, { failoverMs: 2000 });
    const { execution, stream } = await silentAfterBeginning(a);
    execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
    await sleep(50);
    server.resume();
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
