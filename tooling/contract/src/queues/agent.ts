import type { Message, SendMessageRequest, Task } from '@a2a-js/sdk';
import {
  DefaultRequestHandler,
  type ExecutionEventBusManager,
  type TaskStore,
} from '@a2a-js/sdk/server';

import { CARD } from './agent-card.ts';
import { textPart } from './driven-events.ts';
import { DrivenExecutor, type Execution } from './driven-executor.ts';
import { Listener, stateName, textsOf } from './listener.ts';
import { cancelRequest, CONTEXT, sendRequest } from './requests.ts';
import type { QueueManagerSubject, QueueManagerUnderTest } from './subject.ts';

/** What a message goes to. */
export interface SendOptions {
  readonly taskId?: string | undefined;
  readonly returnImmediately?: boolean | undefined;
}

/** A streaming request, and the execution that it began. */
export interface Streaming {
  readonly listener: Listener;
  readonly execution: Execution;
}

/** A request that waits for its answer, and the execution that it began. */
export interface Sending {
  readonly answer: Promise<Message | Task>;
  readonly execution: Execution;
}

/** An agent on the manager under test. Dispose it (`await using`). */
export class ContractAgent implements AsyncDisposable {
  readonly executor: DrivenExecutor = new DrivenExecutor();
  readonly handler: DefaultRequestHandler;
  readonly manager: ExecutionEventBusManager;
  readonly store: TaskStore;
  readonly errors: readonly Error[];
  readonly #parts: QueueManagerUnderTest;

  private constructor(parts: QueueManagerUnderTest) {
    const { manager, store, distribute, errors = [] } = parts;
    this.#parts = parts;
    this.manager = manager;
    this.store = store;
    this.errors = errors;
    const executor = distribute?.(this.executor) ?? this.executor;
    this.handler = new DefaultRequestHandler(CARD, store, executor, manager);
  }

  static async open(subject: QueueManagerSubject): Promise<ContractAgent> {
    return new ContractAgent(await subject.open());
  }

  /** Sends a message, and streams what comes of it. */
  async stream(text: string, options: SendOptions = {}): Promise<Streaming> {
    const executing = this.executor.next();
    const responses = this.handler.sendMessageStream(requestOf(text, options), CONTEXT);
    const listener = new Listener(responses);
    return { listener, execution: await executing };
  }

  /** Sends a message, and waits for the answer. */
  async send(text: string, options: SendOptions = {}): Promise<Sending> {
    const executing = this.executor.next();
    const answer = this.handler.sendMessage(requestOf(text, options), CONTEXT);
    // Whoever awaits it later gets the error; until then it is not unhandled.
    answer.catch(() => undefined);
    return { answer, execution: await executing };
  }

  resubscribe(id: string): Listener {
    return new Listener(this.handler.resubscribe({ tenant: '', id }, CONTEXT));
  }

  async cancel(id: string): Promise<Task> {
    return this.handler.cancelTask(cancelRequest(id), CONTEXT);
  }

  /** The stored task in short; `undefined` where there is none. */
  async stored(taskId: string): Promise<TaskSummary | undefined> {
    const task = await this.store.load(taskId, CONTEXT);
    return task === undefined ? undefined : summaryOf(task);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close?.();
  }
}

/** A task without what is another one in each run: ids and times. */
export interface TaskSummary {
  readonly state: string;
  /** The text of the status, if it has one. */
  readonly text?: string | undefined;
  /** The texts of all parts. */
  readonly parts: readonly string[];
  /** The text of each message. */
  readonly history: readonly string[];
}

export function summaryOf({ status, artifacts, history }: Task): TaskSummary {
  const [text] = textsOf(status?.message?.parts);
  return {
    state: stateName(status?.state),
    ...(text === undefined ? {} : { text }),
    parts: textsOf(artifacts.flatMap(({ parts }) => parts)),
    history: history.map(({ parts }) => textsOf(parts).join('')),
  };
}

/** An answer in short: of a message its text, of a task its summary. */
export function answerOf(answer: Message | Task): TaskSummary | string {
  return 'messageId' in answer ? textsOf(answer.parts).join('') : summaryOf(answer);
}

function requestOf(text: string, options: SendOptions): SendMessageRequest {
  const { taskId = '', returnImmediately = false } = options;
  return sendRequest(
    { taskId, parts: [textPart(text)] },
    { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately },
  );
}
