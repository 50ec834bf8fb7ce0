import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState, type TaskStatus } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';

/** Tells a story of as many sentences as the message asks for, one after the other. */
export class StoryExecutor implements AgentExecutor {
  readonly #paceMs: number;
  readonly #running = new Map<string, AbortController>();

  /** @param paceMs The pause before each sentence, which stands for a model's thinking. */
  constructor(paceMs: number) {
    this.#paceMs = paceMs;
  }

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const { taskId, contextId, userMessage } = request;
    const control = new AbortController();
    this.#running.set(taskId, control);
    const ids = { taskId, contextId };
    const status = (state: TaskState): void => {
      const update = { ...ids, status: statusOf(state), metadata: undefined };
      bus.publish(AgentEvent.statusUpdate(update));
    };
    const history = request.task?.history ?? [userMessage];
    const begun = { id: taskId, contextId, status: statusOf(TaskState.TASK_STATE_WORKING) };
    bus.publish(AgentEvent.task({ ...begun, artifacts: [], history, metadata: undefined }));
    try {
      const count = sentencesAskedFor(request);
      for (let index = 1; index <= count; index += 1) {
        await sleep(this.#paceMs, undefined, { signal: control.signal });
        bus.publish(AgentEvent.artifactUpdate(sentence(ids, index, count)));
      }
      status(TaskState.TASK_STATE_COMPLETED);
    } catch (error) {
      if (!control.signal.aborted) throw error;
      status(TaskState.TASK_STATE_CANCELED);
    } finally {
      this.#running.delete(taskId);
    }
  }

  /** Nothing here knows of replicas: a cancel from another one arrives as one from this one does. */
  async cancelTask(taskId: string): Promise<void> {
    this.#running.get(taskId)?.abort();
  }
}

function sentencesAskedFor({ userMessage }: RequestContext): number {
  const [content] = userMessage.parts.map((part) => part.content);
  const text = content?.$case === 'text' ? content.value : '';
  return Number(/\d+/u.exec(text)?.[0] ?? 3);
}

type ArtifactUpdate = Parameters<typeof AgentEvent.artifactUpdate>[0];

function sentence(
  ids: { readonly taskId: string; readonly contextId: string },
  index: number,
  count: number,
): ArtifactUpdate {
  const content = { $case: 'text' as const, value: `Sentence ${index}.` };
  return {
    ...ids,
    artifact: {
      artifactId: 'story',
      name: 'A story',
      description: '',
      parts: [{ content, mediaType: 'text/plain', filename: '', metadata: undefined }],
      metadata: undefined,
      extensions: [],
    },
    append: index > 1,
    lastChunk: index === count,
    metadata: undefined,
  };
}

function statusOf(state: TaskState): TaskStatus {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}
