import { setTimeout as sleep } from 'node:timers/promises';

import { type StreamResponse, TaskState } from '@a2a-js/sdk';
import { DefaultRequestHandler, RequestContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { CARD } from '../queues/agent-card.ts';
import { Execution } from '../queues/driven-executor.ts';
import { describeResponse, type Listener } from '../queues/listener.ts';
import { CONTEXT, sendRequest } from '../queues/requests.ts';
import type { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { withStoreOfAnotherClient } from './store-of-another-client.ts';
import { untilStored } from './until-stored.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

const OPTIONS = { failoverMs: 2000, publishDeadlineMs: 1000 };

/** Declares the tests of executors that publish under a task id of their own, or no task first. */
export function describeOwnTaskIds(subject: RedisQueueManagerSubject): void {
  describe(`an executor with task ids of its own and a ${subject.name}`, () => {
    declareTests(useReplicas(subject, 2, OPTIONS));
  });

  describe(`an executor with task ids of its own and a ${subject.name} and a store of another client`, () => {
    declareTests(useReplicas(withStoreOfAnotherClient(subject), 2, OPTIONS));
  });
}

/** Begins a task under an id of the executor. */
async function begin(replica: Replica): Promise<{
  readonly execution: Execution;
  readonly own: Execution;
  readonly stream: Listener;
}> {
  const executing = replica.executor.next();
  const stream = replica.stream();
  const execution = await executing;
  const own = under('own', execution).task();
  await stream.until(1);
  return { execution, own, stream };
}

function declareTests(used: ReplicasInUse): void {
  it('has its task failed where its replica dies', async () => {
    const { a, b } = used;
    const { own, stream } = await begin(a);
    own.chunks(1);
    await stream.until(2);
    await untilStored(b, 'own', 'working');
    await a.queues.flush();
    a.client.destroy();
    await untilStored(b, 'own', 'failed');
    expect((await b.stored('own'))?.parts).toEqual(['0']);
  });

  it('is told of a cancel on the other replica', async () => {
    const { a, b } = used;
    const { execution, own, stream } = await begin(a);
    a.executor.onCancel = async () => {
      own.status(TaskState.TASK_STATE_CANCELED);
      execution.return();
    };
    await a.queues.flush();
    expect((await b.cancel('own')).status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect(a.executor.canceled).toEqual(['own']);
    expect(await stream.ended).toEqual(['task working 0', 'canceled']);
  });

  it('leaves nothing to be looked after when it has returned', async () => {
    const { a, b } = used;
    const { execution, own, stream } = await begin(a);
    own.chunks(1).complete();
    execution.return();
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'completed']);
    expect(await a.queues.drain(30_000)).toBe(true);
    expect([a.errors, b.errors]).toEqual([[], []]);
    expect((await b.stored('own'))?.state).toBe('completed');
  });

  it('may leave its task to its user, who goes on on the other replica', async () => {
    const { a, b } = used;
    const { execution, own, stream } = await begin(a);
    own.status(TaskState.TASK_STATE_INPUT_REQUIRED);
    execution.return();
    expect(await stream.ended).toEqual(['task working 0', 'input-required']);
    expect(await a.queues.drain(30_000)).toBe(true);
    const executing = b.executor.next();
    const followUp = b.stream({ taskId: 'own' });
    (await executing).task().chunks(1).complete();
    expect(await followUp.ended).toEqual(['task working 0', 'chunk 0', 'completed']);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it.each(['under its own id', 'without a task first'])(
    'has webhooks told once of what it publishes %s',
    async (how) => {
      const { a } = used;
      const told: string[] = [];
      const sender = a.queues.distributeSender({
        send: async (response: StreamResponse) => void told.push(describeResponse(response)),
      });
      const executor = a.queues.distribute(a.executor);
      const handler = new DefaultRequestHandler(
        CARD,
        a.tasks,
        executor,
        a.queues,
        undefined,
        sender,
      );
      const executing = a.executor.next();
      const answer = handler.sendMessage(sendRequest({}), CONTEXT);
      const settled = Promise.allSettled([answer]);
      const execution = await executing;
      if (how === 'under its own id') under('own', execution).task().complete();
      else execution.complete();
      execution.return();
      await settled;
      expect(await a.queues.drain(30_000)).toBe(true);
      // By then, what is taken not to be stored was given up.
      await sleep(OPTIONS.publishDeadlineMs * 2);
      const seen = how === 'under its own id' ? ['task working 0', 'completed'] : ['completed'];
      expect(told).toEqual(seen);
      expect(a.errors).toEqual([]);
    },
  );
}

/** What an execution publishes under a task id of its own. */
function under(taskId: string, { request, bus }: Execution): Execution {
  const { request: sent, contextId, context, task } = request;
  return new Execution(new RequestContext(sent, taskId, contextId, context, task), bus);
}
