import { TaskState } from '@a2a-js/sdk';
import type { AgentExecutor, ExecutionEventBus, RequestContext } from '@a2a-js/sdk/server';

import { chunkEvent, messageEvent, statusEvent, taskEvent } from './driven-events.ts';

/** One execution, driven by a test. */
export class Execution {
  readonly request: RequestContext;
  readonly bus: ExecutionEventBus;
  /** Settles what the handler waits for. */
  readonly returned: Promise<void>;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #chunks = 0;

  constructor(request: RequestContext, bus: ExecutionEventBus) {
    this.request = request;
    this.bus = bus;
    this.returned = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  get taskId(): string {
    return this.request.taskId;
  }

  /** Publishes the task, which each execution begins with. */
  task(state: TaskState = TaskState.TASK_STATE_WORKING): this {
    this.bus.publish(taskEvent(this.request, state));
    return this;
  }

  /** Publishes the next chunks of one artifact: the label and `0`, `1`, ... */
  chunks(count: number, label = ''): this {
    for (let index = 0; index < count; index += 1) {
      this.bus.publish(chunkEvent(this.request, 'answer', `${label}${this.#chunks}`, true));
      this.#chunks += 1;
    }
    return this;
  }

  /** Publishes a status. */
  status(state: TaskState): this {
    this.bus.publish(statusEvent(this.request, state));
    return this;
  }

  /** Publishes a message. */
  message(text: string): this {
    this.bus.publish(messageEvent(this.request, text));
    return this;
  }

  /** Returns from `execute`. */
  return(): void {
    this.#settle?.resolve();
  }

  /** Fails `execute`. */
  throw(error: Error): void {
    this.#settle?.reject(error);
  }

  /** Publishes `completed` and returns. */
  complete(): void {
    this.status(TaskState.TASK_STATE_COMPLETED).return();
  }
}

/** An executor that does what a test tells it. */
export class DrivenExecutor implements AgentExecutor {
  readonly executions: Execution[] = [];
  readonly canceled: string[] = [];
  /** What `cancelTask` does; publishes `canceled` and returns, when left alone. */
  onCancel: ((taskId: string, bus: ExecutionEventBus) => Promise<void>) | undefined;
  /** What happens as soon as an execution begins, in the same turn of the event loop. */
  onExecute: ((execution: Execution) => void) | undefined;
  readonly #waiting: ((execution: Execution) => void)[] = [];

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const execution = new Execution(request, bus);
    this.executions.push(execution);
    this.#waiting.shift()?.(execution);
    this.onExecute?.(execution);
    await execution.returned;
  }

  async cancelTask(taskId: string, bus: ExecutionEventBus): Promise<void> {
    this.canceled.push(taskId);
    if (this.onCancel !== undefined) {
      await this.onCancel(taskId, bus);
      return;
    }
    const execution = this.executions.findLast((each) => each.taskId === taskId);
    execution?.status(TaskState.TASK_STATE_CANCELED).return();
  }

  /** The next execution that begins. */
  async next(): Promise<Execution> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
