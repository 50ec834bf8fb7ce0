import type { Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ResultManager } from '@a2a-js/sdk/server';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { artifact, message, metadata, status, task } from './arbitraries.ts';
import { contextOf } from './fixtures.ts';
import { plain } from './plain.ts';
import { StorePair } from './store-pair.ts';
import type { MakeTaskStore } from './subject.ts';

const CONTEXT = contextOf({ tenant: 'acme', userName: 'ann' });
const TASK_IDS = ['0a', 'b', 'ff'];

const taskId = fc.constantFrom(...TASK_IDS);

const statusUpdate: fc.Arbitrary<TaskStatusUpdateEvent> = fc.record({
  taskId,
  contextId: fc.constant('one'),
  status,
  metadata,
});
const artifactUpdate: fc.Arbitrary<TaskArtifactUpdateEvent> = fc.record({
  taskId,
  contextId: fc.constant('one'),
  artifact,
  append: fc.boolean(),
  lastChunk: fc.boolean(),
  metadata,
});

const event: fc.Arbitrary<AgentExecutionEvent> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(task, taskId).map(([value, id]) => AgentEvent.task({ ...value, id })),
  },
  { weight: 3, arbitrary: statusUpdate.map((value) => AgentEvent.statusUpdate(value)) },
  { weight: 6, arbitrary: artifactUpdate.map((value) => AgentEvent.artifactUpdate(value)) },
);

/** The events that one request sees, and the message that it began with. */
const requests = fc.array(
  fc.record({ message, events: fc.array(event, { minLength: 1, maxLength: 12 }) }),
  { minLength: 1, maxLength: 5 },
);

/**
 * Declares a test that lets the SDK's `ResultManager` persist random events to the store and to the
 * SDK's in-memory store and compares what they hold after each.
 *
 * @param runs How many sequences of up to five requests of twelve events to make.
 */
export function describeEqualTasks(name: string, makeStore: MakeTaskStore, runs: number): void {
  describe(`${name} and InMemoryTaskStore`, () => {
    // It warns of events for tasks that are not there or have ended; both are meant here.
    beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
    afterAll(() => void vi.restoreAllMocks());

    test(`hold equal tasks after ${runs} sequences of random events`, async () => {
      await fc.assert(
        fc.asyncProperty(requests, async (sequence) => {
          const pair = new StorePair(await makeStore());
          for (const request of sequence) {
            const managers = [pair.store, pair.reference].map((store) => {
              const manager = new ResultManager(store, CONTEXT);
              manager.setContext(request.message);
              return manager;
            });
            for (const published of request.events) {
              const reachable = await withReachableStatus(pair, published);
              for (const manager of managers)
                await manager.processEvent(structuredClone(reachable));
              const [current, expected] = managers.map((manager) => manager.getCurrentTask());
              expect(plain(current)).toEqual(plain(expected));
              for (const id of TASK_IDS) await pair.load(id, CONTEXT);
            }
          }
          await pair.list({ includeArtifacts: true }, CONTEXT);
        }),
        { numRuns: runs },
      );
    });
  });
}

/** A `task` event may take a task out of a terminal state; stores may keep it there. */
async function withReachableStatus(
  pair: StorePair,
  published: AgentExecutionEvent,
): Promise<AgentExecutionEvent> {
  if (published.kind !== 'task') return published;
  const { id, status: wanted } = published.data;
  const reachable: Task = {
    ...published.data,
    status: await pair.reachable(wanted, id, CONTEXT),
  };
  return AgentEvent.task(reachable);
}
