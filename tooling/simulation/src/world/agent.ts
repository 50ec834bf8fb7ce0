import { Role, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutionEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';

import type { Actor } from '../kernel/actor.ts';
import type { Call, Plan, Step } from '../scenario/scenario.ts';
import type { Execution, History, Published } from './history.ts';
import { stateName, textOfPart, tokenMessage, tokenPart, tokenStatus } from './tokens.ts';

/** What an agent says that is asked to cancel, and does not. */
export const REFUSAL = 'This agent does not cancel.';

/** An execution under way. */
interface Running {
  readonly execution: Execution;
  readonly plan: Plan;
  readonly bus: ExecutionEventBus;
  readonly ids: { readonly taskId: string; readonly contextId: string };
  readonly context: RequestContext;
  isCanceled: boolean;
  /** Artifacts that it has begun. */
  readonly artifacts: Set<string>;
  /** Ends the present pause. */
  wake: () => void;
}

/** The agent: does what the plan of the call says whose message it gets. */
export class PlannedAgent implements AgentExecutor {
  readonly #actor: Actor;
  readonly #history: History;
  readonly #calls: ReadonlyMap<number, Call>;
  readonly #running = new Set<Running>();

  constructor(actor: Actor, history: History, calls: ReadonlyMap<number, Call>) {
    this.#actor = actor;
    this.#history = history;
    this.#calls = calls;
  }

  async execute(context: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const [part] = context.userMessage.parts;
    const call = this.#calls.get(Number(part === undefined ? '' : textOfPart(part)));
    if (call === undefined || !('plan' in call)) throw new Error('No call has such a message.');
    const { plan } = call;
    const taskId = plan.hasOwnId ? `own-${call.id}` : context.taskId;
    const execution: Execution = {
      id: `e${this.#history.executions.length}`,
      replica: this.#actor.name,
      taskId,
      call: call.id,
      startedAt: this.#history.now,
      published: [],
      endedAt: undefined,
      outcome: 'running',
    };
    this.#history.executions.push(execution);
    const running: Running = {
      execution,
      plan,
      bus,
      ids: { taskId, contextId: context.contextId },
      context,
      isCanceled: false,
      artifacts: new Set(),
      wake: () => {},
    };
    this.#note(execution, 'begins');
    this.#running.add(running);
    try {
      const later = await this.#follow(running, plan.steps);
      execution.outcome = 'returned';
      this.#note(execution, 'returns');
      if (later !== undefined) void this.#goOn(running, later);
      else this.#running.delete(running);
    } catch (error) {
      execution.outcome = 'threw';
      this.#note(execution, 'throws');
      this.#running.delete(running);
      throw error;
    } finally {
      execution.endedAt = this.#history.now;
    }
  }

  async cancelTask(taskId: string, _bus: ExecutionEventBus): Promise<void> {
    for (const running of this.#running) {
      if (running.context.taskId !== taskId) continue;
      const { execution, plan } = running;
      const { now } = this.#history;
      const reaction = plan.onCancel;
      this.#history.cancels.push({ at: now, taskId, execution: execution.id, reaction });
      this.#note(execution, `is asked to cancel, and will ${reaction}`);
      if (reaction === 'refuse') throw new Error(REFUSAL);
      if (reaction === 'ignore') continue;
      running.isCanceled = true;
      running.wake();
    }
  }

  /** @returns The steps that are left for after the return. */
  async #follow(running: Running, steps: readonly Step[]): Promise<readonly Step[] | undefined> {
    for (const [index, step] of steps.entries()) {
      if (running.isCanceled) {
        this.#status(running, TaskState.TASK_STATE_CANCELED);
        return undefined;
      }
      if (step.do === 'pause') await this.#pause(running, step.ms);
      else this.#take(running, step);
      if (step.do === 'ask' || step.do === 'message') return undefined;
      if (step.do === 'authorise') return steps.slice(index + 1);
    }
    if (running.isCanceled && steps.at(-1)?.do === 'pause') {
      this.#status(running, TaskState.TASK_STATE_CANCELED);
    }
    return undefined;
  }

  async #goOn(running: Running, steps: readonly Step[]): Promise<void> {
    try {
      await this.#follow(running, steps);
      running.bus.finished();
    } catch {
      // Nobody waits for what an executor does after it returned.
      this.#status(running, TaskState.TASK_STATE_FAILED);
      running.bus.finished();
    } finally {
      this.#running.delete(running);
    }
  }

  async #pause(running: Running, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#actor.setTimer(resolve, ms);
      running.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #take(running: Running, step: Exclude<Step, { readonly do: 'pause' }>): void {
    switch (step.do) {
      case 'task':
        this.#task(running);
        break;
      case 'work':
        this.#status(running, TaskState.TASK_STATE_WORKING);
        break;
      case 'chunk':
        this.#chunk(running, step.artifact, 'x'.repeat(step.size));
        break;
      case 'hostile':
        this.#chunk(running, 'a', step.text);
        break;
      case 'ask':
        this.#status(running, TaskState.TASK_STATE_INPUT_REQUIRED);
        break;
      case 'authorise':
        this.#status(running, TaskState.TASK_STATE_AUTH_REQUIRED);
        break;
      case 'complete':
        this.#status(running, TaskState.TASK_STATE_COMPLETED);
        break;
      case 'fail':
        this.#status(running, TaskState.TASK_STATE_FAILED);
        break;
      case 'message':
        this.#publish(running, { kind: 'message' }, (token) =>
          AgentEvent.message(tokenMessage(token, Role.ROLE_AGENT, running.ids)),
        );
        break;
      case 'throw':
        throw new Error('The agent fails.');
      default:
        step satisfies never;
    }
  }

  #task(running: Running): void {
    const state = TaskState.TASK_STATE_SUBMITTED;
    const { context, ids } = running;
    this.#publish(running, { kind: 'task', state }, (token) =>
      AgentEvent.task({
        id: ids.taskId,
        contextId: ids.contextId,
        status: tokenStatus(token, state, ids, this.#timestamp()),
        artifacts: context.task?.artifacts ?? [],
        // The handler has added the message of a follow-up already.
        history: context.task?.history ?? [context.userMessage],
        metadata: {},
      }),
    );
  }

  #status(running: Running, state: TaskState): void {
    const { ids } = running;
    this.#publish(running, { kind: 'status', state }, (token) =>
      AgentEvent.statusUpdate({
        ...ids,
        status: tokenStatus(token, state, ids, this.#timestamp()),
        metadata: {},
      }),
    );
  }

  #chunk(running: Running, artifact: string, text: string): void {
    const artifactId = `${artifact}${running.plan.hasOwnId ? '' : running.execution.id}`;
    const isFirst = !running.artifacts.has(artifactId);
    running.artifacts.add(artifactId);
    this.#publish(running, { kind: 'artifact', artifact: artifactId }, (token) =>
      AgentEvent.artifactUpdate({
        ...running.ids,
        append: !isFirst,
        lastChunk: false,
        metadata: {},
        artifact: {
          artifactId,
          name: '',
          description: '',
          extensions: [],
          metadata: {},
          parts: [tokenPart(`${token} ${text}`)],
        },
      }),
    );
  }

  #publish(
    { execution, bus }: Running,
    what: Omit<Published, 'at' | 'token'>,
    eventOf: (token: string) => AgentExecutionEvent,
  ): void {
    const token = `${execution.id}.${execution.published.length + 1}`;
    execution.published.push({ at: this.#history.now, token, ...what });
    this.#history.note(
      this.#actor.name,
      `publishes ${token} ${what.kind} ${what.state === undefined ? (what.artifact ?? '') : stateName(what.state)}`,
    );
    bus.publish(eventOf(token));
  }

  #note({ id, taskId }: Execution, what: string): void {
    this.#history.note(this.#actor.name, `execution ${id} of ${taskId.slice(0, 8)} ${what}`);
  }

  #timestamp(): string {
    return new Date(this.#actor.wallClock()).toISOString();
  }
}
