import { Task, TaskArtifactUpdateEvent } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import { CONTEXT } from '../queues/requests.ts';
import type { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { untilStored } from './until-stored.ts';
import { useReplicas } from './use-replicas.ts';

/** How somebody who may write to Redis imitates the replicas. */
export interface ForgedMessages {
  /** A message with an event, of a run that never was. */
  readonly event: (
    state: Readonly<Record<string, string>>,
    run: string,
    counter: number,
    body: string,
  ) => string;
  /** A message that tells of events that never were. */
  readonly claim: (state: Readonly<Record<string, string>>, run: string) => string;
  /** What subscribers get then: an error, or all that follows, as the store has no more than they. */
  readonly afterClaim: 'EVENTS_LOST' | 'the rest';
}

/** As many as a feed keeps counters of, and more. */
const MANY = 1500;

/** Declares the tests of what others publish, or write, where only replicas should. */
export function describeForgedMessages(
  subject: RedisQueueManagerSubject,
  forged: ForgedMessages,
): void {
  describe(`what somebody else writes where a ${subject.name} does`, () => {
    const used = useReplicas(subject, 2, { failoverMs: 2000 });

    async function begin(): Promise<Awaited<ReturnType<typeof beginTask>> & { other: Listening }> {
      const { a, b } = used;
      const begun = await beginTask(a);
      const other = b.resubscribe(begun.execution.taskId);
      await other.until(1);
      begun.execution.chunks(1);
      await other.until(2);
      return { ...begun, other };
    }

    async function publish({ taskId }: Execution, ...messages: readonly string[]): Promise<void> {
      const channel = `${used.taskKey(taskId)}:events`;
      await Promise.all(messages.map(async (text) => used.b.client.publish(channel, text)));
    }

    async function stateOf({ taskId }: Execution): Promise<Record<string, string>> {
      return used.b.client.hGetAll(`${used.taskKey(taskId)}:state`);
    }

    it('that is no message is told, and nobody misses anything', async () => {
      const { a, b } = used;
      const { execution, stream, other } = await begin();
      const garbage = [
        '',
        'X',
        'E',
        'E\n\n',
        'L',
        'P',
        'Eno run at all',
        '{"a":1}',
        'x'.repeat(100_000),
      ];
      await publish(execution, ...garbage);
      execution.chunks(2).complete();
      expect(mergeSeen(await other.ended)).toEqual({ parts: 3, state: 'completed' });
      expect(mergeSeen(await stream.ended)).toEqual({ parts: 3, state: 'completed' });
      const told = new Set([...a.errors, ...b.errors].map(codeOf));
      expect(told).toEqual(new Set(['CORRUPT_RECORD']));
      expect(b.errors.length).toBe(garbage.length);
    });

    it('as a request to cancel is looked for in the state, where there is none', async () => {
      const { a, b } = used;
      const { execution, stream, other } = await begin();
      await publish(execution, ...Array.from({ length: 100 }, () => 'C'));
      execution.chunks(1).complete();
      expect(mergeSeen(await other.ended)).toEqual({ parts: 2, state: 'completed' });
      expect((await stream.ended).at(-1)).toBe('completed');
      expect([a.executor.canceled, a.errors, b.errors]).toEqual([[], [], []]);
    });

    it('as an event is heard as one of the task, and stored by who executes it', async () => {
      const { a } = used;
      const { execution, stream, other } = await begin();
      await a.queues.flush();
      const body = `a${JSON.stringify(TaskArtifactUpdateEvent.toJSON(chunkOf(execution)))}`;
      await publish(execution, forged.event(await stateOf(execution), 'forged-1', 1, body));
      await Promise.all([stream.until(3), other.until(3)]);
      execution.chunks(1).complete();
      const end = ['chunk forged', 'chunk 1', 'completed'];
      expect((await other.ended).slice(-3)).toEqual(end);
      expect((await stream.ended).slice(-3)).toEqual(end);
      await a.queues.flush();
      expect((await a.stored(execution.taskId))?.parts).toEqual(['0', 'forged', '1']);
    });

    it('of events that never were ends a wait at most, and spares who subscribes after that', async () => {
      const { a, b } = used;
      const { execution, stream, other } = await begin();
      await a.queues.flush();
      await publish(execution, forged.claim(await stateOf(execution), 'forged-1'));
      const claimed = other.ended.then(mergeSeen, codeOf);
      // Who has lost something is gone before the others come.
      if (forged.afterClaim === 'EVENTS_LOST') await claimed;
      const again = b.resubscribe(execution.taskId);
      await again.until(1);
      execution.chunks(2).complete();
      expect(mergeSeen(await again.ended)).toEqual({ parts: 3, state: 'completed' });
      expect(mergeSeen(await stream.ended)).toEqual({ parts: 3, state: 'completed' });
      const rest = { parts: 3, state: 'completed' };
      expect(await claimed).toEqual(forged.afterClaim === 'EVENTS_LOST' ? 'EVENTS_LOST' : rest);
    });

    it('in any number, of any runs and counters, costs no task its end', async () => {
      const { a, b } = used;
      const { execution, stream, other } = await begin();
      await a.queues.flush();
      const state = await stateOf(execution);
      const forgeries = Array.from({ length: MANY }, (_, index) => [
        forged.event(state, `forged-${index}`, 9_999_999_999_999_998, 'no event'),
        forged.claim(state, `claimed-${index}`),
      ]);
      await publish(execution, ...forgeries.flat());
      // It may have been told of a loss; then it is over.
      await Promise.race([other.ended.catch(codeOf), b.queues.flush()]);
      execution.chunks(2).complete();
      expect(mergeSeen(await stream.ended)).toEqual({ parts: 3, state: 'completed' });
      const ended = await other.ended.then(mergeSeen, codeOf);
      expect(['EVENTS_LOST', { parts: 3, state: 'completed' }]).toContainEqual(ended);
      await a.queues.flush();
      expect(await a.stored(execution.taskId)).toMatchObject({ state: 'completed' });
    });

    it('as a note of a run of a replica that never was ends that, and no run that goes on', async () => {
      const { a, b } = used;
      const { execution, other } = await begin();
      const left = await leaveBehind(a);
      const notes = `${used.prefix}queues:{run:ghost}`;
      await b.client.hSet(notes, {
        'ghost-1': noteOf(execution.taskId),
        'ghost-2': noteOf(left),
        'ghost-3': 'no note',
      });
      await b.client.zAdd(`${used.prefix}queues:{replicas}`, { score: 1, value: 'ghost' });
      await untilStored(a, left, 'failed');
      await vi.waitUntil(async () => (await b.client.exists(notes)) === 0, { timeout: 20_000 });
      execution.chunks(1).complete();
      expect(mergeSeen(await other.ended)).toEqual({ parts: 2, state: 'completed' });
    });
  });
}

type Listening = ReturnType<Replica['resubscribe']>;

/** A task in the store that nobody executes, though it neither waits nor has ended. */
async function leaveBehind(replica: Replica): Promise<string> {
  const task = Task.fromJSON({
    id: 'left',
    contextId: 'c',
    status: { state: 'TASK_STATE_WORKING' },
  });
  await replica.tasks.save(task, CONTEXT);
  return task.id;
}

/** What a replica notes of a run, for calls with `CONTEXT`. */
function noteOf(taskId: string): string {
  return JSON.stringify({ tenant: '', owner: 'unknown', taskId, contextId: 'c' });
}

function chunkOf({ request }: Execution): TaskArtifactUpdateEvent {
  return TaskArtifactUpdateEvent.fromJSON({
    taskId: request.taskId,
    contextId: request.contextId,
    artifact: { artifactId: 'answer', parts: [{ text: 'forged' }] },
    append: true,
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof A2ARedisError ? error.code : error;
}
