import { setTimeout as sleep } from 'node:timers/promises';

import { type Message, type Part, Role, type Task, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';

import { dataPart, textMessage, textOf, textPart } from './messages.ts';
import { nextMove, type TripPlan } from './planner.ts';

/** A plan that is being sent. */
interface Run {
  readonly control: AbortController;
  readonly done: Promise<void>;
}

const CANCELED = 'Canceled as you asked.';
const STOPPING = 'The agent is stopping. Please send your request again.';

/**
 * Answers messages: asks once for what is missing, then sends the plan in pieces.
 *
 * A task's artifacts are `itinerary` (a part for each day), `budget` (a `data` part) and `packing`.
 */
export class TravelExecutor implements AgentExecutor {
  readonly #paceMs: number;
  readonly #runs = new Map<string, Run>();
  /** Context ids of the tasks that wait for input, by task id. */
  readonly #waiting = new Map<string, string>();
  #stopping = false;

  /** @param paceMs The pause before each piece, which stands for a model's thinking. */
  constructor(paceMs: number) {
    this.#paceMs = paceMs;
  }

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const { taskId, contextId, userMessage, task } = request;
    const running = this.#runs.get(taskId);
    if (running !== undefined) {
      // A second message to a task at work changes nothing; its sender gets the task as it ends.
      await running.done;
      return;
    }
    this.#waiting.delete(taskId);
    const out = new TaskOutput(bus, taskId, contextId);
    out.begin(task, userMessage);
    const move = nextMove(userTexts(task?.history ?? [userMessage]), task === undefined);
    switch (move.kind) {
      case 'ask':
        this.#waiting.set(taskId, contextId);
        out.status(TaskState.TASK_STATE_INPUT_REQUIRED, move.question);
        break;
      case 'refuse':
        out.status(TaskState.TASK_STATE_REJECTED, move.reason);
        break;
      case 'plan':
        await this.#run(taskId, move.plan, out);
        break;
    }
  }

  /** The handler waits for the task's last event, so there is nothing to wait for here. */
  async cancelTask(taskId: string, bus: ExecutionEventBus): Promise<void> {
    this.#runs.get(taskId)?.control.abort();
    const contextId = this.#waiting.get(taskId);
    if (contextId === undefined) return;
    this.#waiting.delete(taskId);
    new TaskOutput(bus, taskId, contextId).status(TaskState.TASK_STATE_CANCELED, CANCELED);
  }

  /** Fails what is running, so that a stopped server leaves no task at work. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const runs = [...this.#runs.values()];
    for (const run of runs) run.control.abort();
    await Promise.allSettled(runs.map((run) => run.done));
  }

  async #run(taskId: string, plan: TripPlan, out: TaskOutput): Promise<void> {
    const control = new AbortController();
    const done = this.#sendUnlessAborted(plan, out, control.signal);
    this.#runs.set(taskId, { control, done });
    try {
      await done;
    } finally {
      this.#runs.delete(taskId);
    }
  }

  async #sendUnlessAborted(plan: TripPlan, out: TaskOutput, signal: AbortSignal): Promise<void> {
    try {
      await this.#send(plan, out, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      if (this.#stopping) out.status(TaskState.TASK_STATE_FAILED, STOPPING);
      else out.status(TaskState.TASK_STATE_CANCELED, CANCELED);
    }
  }

  async #send(plan: TripPlan, out: TaskOutput, signal: AbortSignal): Promise<void> {
    const pause = (): Promise<void> => sleep(this.#paceMs, undefined, { signal });
    for (const [index, day] of plan.days.entries()) {
      await pause();
      out.artifact('itinerary', plan.title, textPart(day), {
        append: index > 0,
        lastChunk: index === plan.days.length - 1,
      });
    }
    await pause();
    out.artifact('budget', 'Budget', dataPart(plan.budget));
    await pause();
    out.artifact('packing', 'Packing list', textPart(plan.packing.join('\n')));
    await pause();
    out.status(TaskState.TASK_STATE_COMPLETED, plan.summary);
  }
}

/** Publishes one task's events. */
class TaskOutput {
  readonly #bus: ExecutionEventBus;
  readonly #ids: { readonly taskId: string; readonly contextId: string };

  constructor(bus: ExecutionEventBus, taskId: string, contextId: string) {
    this.#bus = bus;
    this.#ids = { taskId, contextId };
  }

  /** The task itself, which must be the first event of every turn. */
  begin(task: Task | undefined, userMessage: Message): void {
    const { taskId, contextId } = this.#ids;
    this.#bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: {
          state: TaskState.TASK_STATE_WORKING,
          message: undefined,
          timestamp: new Date().toISOString(),
        },
        artifacts: task?.artifacts ?? [],
        history: task?.history ?? [userMessage],
        metadata: task?.metadata,
      }),
    );
  }

  status(state: TaskState, text: string): void {
    this.#bus.publish(
      AgentEvent.statusUpdate({
        ...this.#ids,
        status: {
          state,
          message: textMessage(Role.ROLE_AGENT, text, this.#ids),
          timestamp: new Date().toISOString(),
        },
        metadata: undefined,
      }),
    );
  }

  artifact(
    artifactId: string,
    name: string,
    part: Part,
    chunk: { readonly append: boolean; readonly lastChunk: boolean } = {
      append: false,
      lastChunk: true,
    },
  ): void {
    this.#bus.publish(
      AgentEvent.artifactUpdate({
        ...this.#ids,
        artifact: {
          artifactId,
          name,
          description: '',
          parts: [part],
          metadata: undefined,
          extensions: [],
        },
        ...chunk,
        metadata: undefined,
      }),
    );
  }
}

function userTexts(history: readonly Message[]): readonly string[] {
  return history
    .filter((message) => message.role === Role.ROLE_USER)
    .map((message) => textOf(message.parts));
}
