import {
  type Artifact,
  type Message,
  Role,
  type StreamResponse,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutionEvent,
  DefaultExecutionEventBusManager,
  InMemoryTaskStore,
} from '@a2a-js/sdk/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ContractAgent } from './agent.ts';
import { textPart } from './driven-events.ts';
import type { Execution } from './driven-executor.ts';
import { partialValues, plainOf, unchecked } from './partial-values.ts';
import { CONTEXT, sendRequest } from './requests.ts';
import type { QueueManagerSubject } from './subject.ts';

const SDK: QueueManagerSubject = {
  open: async () => ({
    manager: new DefaultExecutionEventBusManager(),
    store: new InMemoryTaskStore(),
  }),
  capabilities: {},
};

const TASK_ID = '<task>';
const CONTEXT_ID = '<context>';

const MESSAGE: Message = {
  messageId: 'said',
  contextId: CONTEXT_ID,
  taskId: TASK_ID,
  role: Role.ROLE_AGENT,
  parts: [{ ...textPart('text'), filename: 'file', metadata: { of: 'part' } }],
  metadata: { of: 'message' },
  extensions: ['extension'],
  referenceTaskIds: ['other'],
};
const STATUS: TaskStatus = {
  state: TaskState.TASK_STATE_WORKING,
  message: MESSAGE,
  timestamp: '2026-01-01T00:00:00.000Z',
};
const ARTIFACT: Artifact = {
  artifactId: 'artifact',
  name: 'name',
  description: 'description',
  parts: [{ ...textPart('chunk'), metadata: { of: 'part' } }],
  metadata: { of: 'artifact' },
  extensions: ['extension'],
};
const OF_TASK = { taskId: TASK_ID, contextId: CONTEXT_ID };

const WORKING = AgentEvent.statusUpdate({
  ...OF_TASK,
  status: { ...STATUS, message: undefined },
  metadata: undefined,
});
const COMPLETED = AgentEvent.statusUpdate({
  ...OF_TASK,
  status: { ...STATUS, state: TaskState.TASK_STATE_COMPLETED, message: undefined },
  metadata: undefined,
});

const TASK = AgentEvent.task({
  id: TASK_ID,
  contextId: CONTEXT_ID,
  status: STATUS,
  artifacts: [ARTIFACT],
  history: [{ ...MESSAGE, messageId: 'before' }],
  metadata: { of: 'task' },
});

/** An event of each kind; of an artifact, both that the SDK knows. */
const EVENTS: Readonly<Record<string, AgentExecutionEvent>> = {
  task: TASK,
  'status update': AgentEvent.statusUpdate({
    ...OF_TASK,
    status: STATUS,
    metadata: { of: 'event' },
  }),
  'artifact update': AgentEvent.artifactUpdate({
    ...OF_TASK,
    artifact: ARTIFACT,
    append: false,
    lastChunk: true,
    metadata: { of: 'event' },
  }),
  'appended artifact': AgentEvent.artifactUpdate({
    ...OF_TASK,
    artifact: ARTIFACT,
    append: true,
    lastChunk: true,
    metadata: { of: 'event' },
  }),
  message: AgentEvent.message(MESSAGE),
};

/** What became of a task whose executor published an event. */
interface Outcome {
  /** What `publish` threw. */
  readonly thrown: readonly string[];
  /** What the request that executed it streamed, or why it failed. */
  readonly streamed: readonly unknown[];
  /** What a subscriber was told from then on. */
  readonly heard: readonly unknown[];
  /** The task that is stored. */
  readonly stored: unknown;
}

/**
 * Callers that are not checked by a compiler leave properties of events out, or set them to `null`. What
 * the SDK's own bus, result manager and store make of that, is made of it.
 */
export function takesPartialEvents(subject: QueueManagerSubject): void {
  describe('an event without one of its properties', () => {
    // The SDK prints what it ignores, and what fails.
    beforeEach(() => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    });
    afterEach(() => void vi.restoreAllMocks());

    test.each(Object.entries(EVENTS))(
      'is what it is on the bus of the SDK: %s',
      async (_, full) => {
        await using agent = await ContractAgent.open(subject);
        await using sdk = await ContractAgent.open(SDK);
        const made: Record<string, Outcome> = {};
        const expected: Record<string, Outcome> = {};
        for (const { name, value } of partialValues(full.data)) {
          // The SDK's own store has a place for a task without an id, from which nobody can get it.
          if (name.startsWith('id: ')) continue;
          const event: AgentExecutionEvent = unchecked({ kind: full.kind, data: value });
          made[name] = await outcomeOf(agent, event);
          expected[name] = await outcomeOf(sdk, event);
        }
        expect(made).toEqual(expected);
        expect(agent.errors).toEqual([]);
      },
    );

    test('is of no task where a task has no id', async () => {
      await using agent = await ContractAgent.open(subject);
      for (const id of [undefined, null, '']) {
        const event: AgentExecutionEvent = unchecked({ kind: 'task', data: { ...TASK.data, id } });
        const { thrown, stored } = await outcomeOf(agent, event);
        expect([thrown, stored]).toEqual([[], undefined]);
      }
      expect(agent.errors).toEqual([]);
    });
  });
}

/** What a stream brings, as it comes; at last why it failed, where it did. */
class Received {
  readonly all: unknown[] = [];
  readonly ended: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(responses: AsyncGenerator<StreamResponse, void>) {
    this.ended = this.#read(responses);
  }

  /** Resolves once there are so many. */
  async until(count: number): Promise<void> {
    while (this.all.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #read(responses: AsyncGenerator<StreamResponse, void>): Promise<void> {
    try {
      for await (const { payload } of responses) this.#take(payload);
    } catch (error) {
      this.#take(error);
    }
  }

  #take(value: unknown): void {
    this.all.push(value);
    this.#wake();
  }
}

const ASKED = 'asked';

async function outcomeOf(agent: ContractAgent, event: AgentExecutionEvent): Promise<Outcome> {
  const executing = agent.executor.next();
  const ask = sendRequest({ messageId: ASKED, parts: [textPart('hello')] });
  const streamed = new Received(agent.handler.sendMessageStream(ask, CONTEXT));
  const execution = await executing;
  const { taskId } = execution;
  const thrown: string[] = [];
  const publish = (each: AgentExecutionEvent): void => {
    try {
      execution.bus.publish(named(each, execution));
    } catch (error) {
      thrown.push(String(error));
    }
  };
  const heard = await subscriber(agent, execution, event, publish, streamed);
  publish(event);
  publish(COMPLETED);
  execution.return();
  await Promise.all([streamed.ended, heard?.ended]);
  const stored = await agent.store.load(taskId, CONTEXT);
  const outcome = { thrown, streamed: streamed.all, heard: heard?.all.slice(2) ?? [], stored };
  return comparable(outcome, execution);
}

/** Somebody who hears what comes next, after the task and a status; none for an event that is to be the first. */
async function subscriber(
  agent: ContractAgent,
  { taskId }: Execution,
  event: AgentExecutionEvent,
  publish: (event: AgentExecutionEvent) => void,
  streamed: Received,
): Promise<Received | undefined> {
  if (event.kind === 'task' || event.kind === 'message') return undefined;
  publish(TASK);
  await streamed.until(1);
  const heard = new Received(agent.handler.resubscribe({ tenant: '', id: taskId }, CONTEXT));
  await heard.until(1);
  // A fresh task may come in its place.
  publish(WORKING);
  await heard.until(2);
  return heard;
}

/** An event of the task that is executed. */
function named(event: AgentExecutionEvent, { taskId, request }: Execution): AgentExecutionEvent {
  const text = JSON.stringify(event)
    .replaceAll(`"${TASK_ID}"`, JSON.stringify(taskId))
    .replaceAll(`"${CONTEXT_ID}"`, JSON.stringify(request.contextId));
  return unchecked(JSON.parse(text));
}

/** An outcome without what is another one in each run, and what the message was that asked for it. */
function comparable(outcome: Outcome, { taskId, request }: Execution): Outcome {
  const text = JSON.stringify(outcome, (_name, value: unknown) => {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return isAsked(value) ? value.messageId : value;
  })
    .replaceAll(taskId, TASK_ID)
    .replaceAll(request.contextId, CONTEXT_ID);
  const { thrown, streamed, heard, stored }: Outcome = unchecked(JSON.parse(text));
  return {
    thrown,
    streamed: streamed.map(plainOf),
    heard: heard.map(plainOf),
    stored: plainOf(stored),
  };
}

function isAsked(value: unknown): value is { readonly messageId: string } {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'messageId') === ASKED;
}
