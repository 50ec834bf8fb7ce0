import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutionEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  type TaskStore,
} from '@a2a-js/sdk/server';
import {
  CARD,
  CONTEXT,
  DrivenExecutor,
  type Execution,
  Listener,
  sendRequest,
} from '@a2a-redis-internal/contract/queue-fixtures';
import type { BaseQueueManager, QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import type { RedisScriptClient } from '@a2a-redis/core/shared';

import type { Step } from './describe-missing-rights.ts';
import type { TestClient } from './refused-first.ts';

/** Opens a queue manager. */
export type OpenQueues<Queues extends BaseQueueManager> = (
  client: RedisScriptClient,
  options: QueueManagerOptions,
) => Queues;

/** Tasks of this process: what queue managers call is what is looked at. */
const STORES = new Map<string, TaskStore>();

/** A replica of an agent, whose tasks go as steps say. */
export class Agent<Queues extends BaseQueueManager> implements AsyncDisposable {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  readonly tasks: TaskStore;
  readonly queues: Queues;
  readonly handler: DefaultRequestHandler;
  /** What the queue manager reported. */
  readonly errors: Error[] = [];
  readonly #client: TestClient;
  readonly #prefix: string;
  readonly #open: OpenQueues<Queues>;

  constructor(client: TestClient, prefix: string, open: OpenQueues<Queues>) {
    this.#client = client;
    this.#prefix = prefix;
    this.#open = open;
    this.tasks = STORES.get(prefix) ?? new InMemoryTaskStore();
    STORES.set(prefix, this.tasks);
    const onError = (error: Error): void => {
      this.errors.push(error);
    };
    const options = {
      prefix,
      taskStore: this.tasks,
      failoverMs: 500,
      publishDeadlineMs: 100,
      closeDeadlineMs: 200,
      onError,
    };
    this.queues = open(client, options);
    const executor = this.queues.distribute(this.executor);
    this.handler = new DefaultRequestHandler(CARD, this.tasks, executor, this.queues);
  }

  /** A replica of the same client, of this agent, or of another one. */
  another(suffix = ''): Agent<Queues> {
    return new Agent(this.#client, this.#prefix + suffix, this.#open);
  }

  /** A replica of another agent, which dies when it is told to. */
  mortal(suffix: string): { readonly agent: Agent<Queues>; readonly die: () => void } {
    const { client, die } = this.#client.mortal();
    return { agent: new Agent(client, this.#prefix + suffix, this.#open), die };
  }

  /** Puts a text where replicas of another agent are listed. */
  async damage(suffix: string): Promise<void> {
    const keys = [`${this.#prefix}${suffix}{replicas}`];
    await this.#client.eval("return redis.call('SET', KEYS[1], 'damaged')", { keys });
  }

  stream(taskId = ''): Listener {
    return new Listener(this.handler.sendMessageStream(sendRequest({ taskId }), CONTEXT));
  }

  resubscribe(id: string): Listener {
    return new Listener(this.handler.resubscribe({ tenant: '', id }, CONTEXT));
  }

  async cancel(id: string): Promise<unknown> {
    return this.handler.cancelTask({ tenant: '', id, metadata: undefined }, CONTEXT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queues.close();
    STORES.delete(this.#prefix);
  }
}

/** Begins an execution, and who streams it. Fails where the stream ends before. */
export async function begin(
  agent: Agent<BaseQueueManager>,
  taskId = '',
): Promise<{ readonly execution: Execution; readonly stream: Listener }> {
  const began = new Promise<Execution>((resolve) => {
    agent.executor.onExecute = resolve;
  });
  const stream = agent.stream(taskId);
  const ended = stream.ended.then(() => {
    throw new Error('The stream ended before the execution began.');
  });
  const execution = await Promise.race([began, ended]);
  execution.task();
  await stream.until(1);
  return { execution, stream };
}

/** What all queue managers do. */
export const QUEUE_STEPS: Readonly<Record<string, Step<Agent<BaseQueueManager>>>> = {
  'execute a task': async (own) => {
    const { execution, stream } = await begin(own);
    execution.chunks(2).complete();
    await stream.ended;
  },
  'follow a task': async (own, others) => {
    const { execution } = await begin(others);
    try {
      const following = own.resubscribe(execution.taskId);
      await following.until(1);
      execution.chunks(1);
      await following.until(2);
      execution.complete();
      await following.ended;
    } finally {
      execution.complete();
    }
  },
  'go on after a question': async (own) => {
    const { execution, stream } = await begin(own);
    execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
    await stream.ended;
    await own.queues.flush();
    const next = await begin(own, execution.taskId);
    next.execution.complete();
    await next.stream.ended;
  },
  'cancel a task': async (own, others) => {
    const { execution } = await begin(others);
    try {
      await own.cancel(execution.taskId);
    } finally {
      execution.complete();
    }
  },
  'be asked to cancel a task': async (own, others) => {
    const { execution, stream } = await begin(own);
    await others.cancel(execution.taskId);
    await stream.ended;
  },
  'end the task of a replica that is gone': async (own, others) => {
    const { agent, die } = others.mortal('gone:');
    const { execution } = await begin(agent);
    await agent.queues.flush();
    die();
    await using heir = own.another('gone:');
    for (;;) {
      const task = await heir.tasks.load(execution.taskId, CONTEXT);
      if (task?.status?.state === TaskState.TASK_STATE_FAILED) return;
      const [error] = heir.errors;
      if (error !== undefined) throw error;
      await sleep(20);
    }
  },
  'find a key that is damaged': async (own, others) => {
    await others.damage('damaged:');
    await using finder = own.another('damaged:');
    await begin(finder);
  },
  'close while a task goes on': async (own) => {
    const further = own.another();
    await begin(further);
    await further.queues.close();
  },
};

/** An event of a direct queue. */
export const EVENT: AgentExecutionEvent = AgentEvent.task({
  id: 't',
  contextId: 'c',
  status: undefined,
  artifacts: [],
  history: [],
  metadata: undefined,
});
