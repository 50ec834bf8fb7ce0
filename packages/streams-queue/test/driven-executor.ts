import { TaskState, type TaskStatus } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';

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
    const { taskId, contextId, task, userMessage } = this.request;
    this.bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: statusOf(state),
        artifacts: [],
        history: task?.history ?? [userMessage],
        metadata: undefined,
      }),
    );
    return this;
  }

  /** Publishes chunks `0`, `1`, ... of one artifact. */
  chunks(count: number, artifactId = 'answer'): this {
    for (let index = 0; index < count; index += 1) {
      const value = String(this.#chunks);
      const append = this.#chunks > 0;
      this.#chunks += 1;
      this.bus.publish(
        AgentEvent.artifactUpdate({
          taskId: this.taskId,
          contextId: this.request.contextId,
          artifact: {
            artifactId,
            name: '',
            description: '',
            parts: [
              {
                content: { $case: 'text', value },
                mediaType: 'text/plain',
                filename: '',
                metadata: undefined,
              },
            ],
            metadata: undefined,
            extensions: [],
          },
          append,
          lastChunk: false,
          metadata: undefined,
        }),
      );
    }
    return this;
  }

  /** Publishes a status. */
  status(state: TaskState): this {
    const { taskId, contextId } = this.request;
    const status = statusOf(state);
    this.bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined }));
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

function statusOf(state: TaskState): TaskStatus {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}

/** An executor that does what a test tells it. */
export class DrivenExecutor implements AgentExecutor {
  readonly executions: Execution[] = [];
  readonly canceled: string[] = [];
  /** What `cancelTask` does; publishes `canceled` and returns, when left alone. */
  onCancel: ((taskId: string, bus: ExecutionEventBus) => Promise<void>) | undefined;
  readonly #waiting: ((execution: Execution) => void)[] = [];

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const execution = new Execution(request, bus);
    this.executions.push(execution);
    this.#waiting.shift()?.(execution);
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
