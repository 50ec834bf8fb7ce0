import { type Message, type Part, Role, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type RequestContext } from '@a2a-js/sdk/server';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { CONTEXT, messageOf, sendRequest } from '../queues/requests.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** How deep what a task holds may be. */
const DEEPEST = 200;

/** Declares the tests of messages, events and notes that no record can hold. */
export function describeHarmfulMessages(subject: RedisQueueManagerSubject): void {
  describe(`what cannot be stored, with a ${subject.name}`, () => {
    const used = useReplicas(subject, 2, { failoverMs: 2000 });

    /** The keys that the queue managers and stores have, but for the list of replicas, and whether they expire. */
    async function keysLeft(): Promise<readonly string[]> {
      const { client } = used.b;
      const found: string[] = [];
      for await (const keys of client.scanIterator({ MATCH: `${used.prefix}*`, COUNT: 1000 })) {
        for (const key of keys) {
          if (key.includes('queues:') && !key.endsWith('{replicas}')) {
            found.push(`${key} ${(await client.ttl(key)) > 0 ? 'expires' : 'stays'}`);
          }
        }
      }
      return found.toSorted();
    }

    it.each<readonly [string, Partial<Message>, string]>([
      [
        'a context id that is no text',
        { contextId: '\uD800' },
        'task.contextId must be a string of well-formed Unicode.',
      ],
      [
        'data that is too deep',
        { parts: [dataPart(deep(DEEPEST + 1))] },
        'part.data is cyclic or deeper than 200 levels.',
      ],
      [
        'metadata that is too deep',
        { metadata: deep(DEEPEST + 1) },
        'message.metadata is cyclic or deeper than 200 levels.',
      ],
    ])('is refused before anything is executed: %s', async (_, message, fault) => {
      const { a, b } = used;
      const refused = {
        name: 'RequestMalformedError',
        message: expect.stringContaining(`The message cannot be stored: ${fault}`),
      };
      await expect(a.stream(message).ended).rejects.toMatchObject(refused);
      await expect(a.handler.sendMessage(sendRequest(message), CONTEXT)).rejects.toMatchObject(
        refused,
      );
      await a.queues.flush();
      expect(a.executor.executions).toEqual([]);
      expect(await keysLeft()).toEqual([]);
      // Operators see what its clients were told, of each.
      expect(a.errors).toMatchObject([refused, refused]);
      expect(b.errors).toEqual([]);
    });

    it('is given up alone where an agent echoes it: all else of the task is stored, and its end', async () => {
      const { a, b } = used;
      const executing = a.executor.next();
      const stream = a.stream({ parts: [dataPart(deep(DEEPEST))] });
      const execution = await executing;
      execution.task();
      await stream.until(1);
      execution.chunks(1);
      execution.bus.publish(echo(execution.request));
      execution.chunks(1);
      execution.complete();
      await expect(stream.ended).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await vi.waitUntil(async () => (await b.stored(execution.taskId))?.state === 'completed');
      expect(await b.stored(execution.taskId)).toEqual({
        state: 'completed',
        parts: ['0', '1'],
        history: ['?'],
      });
      await expectForgotten(execution.taskId);
    });

    it('is the end of its task where an agent ends with it: the task has failed', async () => {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      const message = {
        ...messageOf({ parts: [dataPart(deep(DEEPEST + 1))] }),
        role: Role.ROLE_AGENT,
      };
      const { taskId, contextId } = execution.request;
      execution.bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId,
          status: { state: TaskState.TASK_STATE_COMPLETED, message, timestamp: undefined },
          metadata: undefined,
        }),
      );
      execution.return();
      await expect(stream.ended).rejects.toMatchObject({ code: 'EVENTS_LOST' });
      await vi.waitUntil(async () => (await b.stored(taskId))?.state === 'failed');
      expect(await other.ended).toEqual(['task working 0', 'task failed 0']);
      await expectForgotten(taskId);
    });

    it('keeps nobody from ending the tasks of a replica that is gone', async () => {
      const { a, b, prefix } = used;
      const runs = `${prefix}queues:{run:gone}`;
      const note = { tenant: '', owner: 'unknown', taskId: 't', contextId: '\uD800' };
      await b.client.hSet(runs, 'gone-1', JSON.stringify(note));
      await b.client.expire(runs, 1000);
      await b.client.hSet(`${used.taskKey('t')}:state`, 'r:gone-1', '');
      const replicas = `${prefix}queues:{replicas}`;
      await b.client.zAdd(replicas, { score: 1, value: 'gone' });
      // Its list is empty, and it is noted that its tasks have ended.
      await vi.waitUntil(async () => Number(await b.client.zScore(replicas, 'gone')) < -1);
      expect(await keysLeft()).toEqual([
        ...subject.taskKeys.map((name) => `${used.taskKey('t')}:${name} expires`),
        `${runs}:sealed expires`,
      ]);
      expect(await b.client.hGet(`${used.taskKey('t')}:state`, 'end')).toBe('t');
      const codes = [...a.errors, ...b.errors].map((error) => 'code' in error && error.code);
      expect(new Set(codes)).toEqual(new Set(['INVALID_ARGUMENT']));
    });

    /** Nothing is left of a task's run but what expires, and nobody goes on with it. */
    async function expectForgotten(taskId: string): Promise<void> {
      await vi.waitFor(async () => {
        expect(await keysLeft()).toEqual(
          subject.taskKeys.map((name) => `${used.taskKey(taskId)}:${name} expires`),
        );
      });
    }
  });
}

/** An artifact that holds what the user's message held, one level deeper. */
function echo({ taskId, contextId, userMessage }: RequestContext): AgentExecutionEvent {
  const [part] = userMessage.parts;
  const value = part?.content?.$case === 'data' ? part.content.value : undefined;
  return AgentEvent.artifactUpdate({
    taskId,
    contextId,
    artifact: {
      artifactId: 'echo',
      name: '',
      description: '',
      parts: [dataPart({ echo: value })],
      metadata: undefined,
      extensions: [],
    },
    append: false,
    lastChunk: true,
    metadata: undefined,
  });
}

function dataPart(value: unknown): Part {
  return { content: { $case: 'data', value }, mediaType: '', filename: '', metadata: undefined };
}

/** An object of so many levels. */
function deep(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 1; level < levels; level += 1) value = { inner: value };
  return value;
}
