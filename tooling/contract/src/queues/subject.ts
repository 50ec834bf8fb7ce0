import type { AgentExecutor, ExecutionEventBusManager, TaskStore } from '@a2a-js/sdk/server';

/** A queue manager, with what a request handler needs beside it. */
export interface QueueManagerUnderTest {
  readonly manager: ExecutionEventBusManager;
  /** The store of the tasks, which shares nothing with those made before. */
  readonly store: TaskStore;
  /**
   * Wraps the executor, where the manager needs that.
   * @default the executor itself
   */
  readonly distribute?: ((executor: AgentExecutor) => AgentExecutor) | undefined;
  /**
   * What the manager reported.
   * @default nothing
   */
  readonly errors?: readonly Error[] | undefined;
  readonly close?: (() => Promise<void>) | undefined;
}

/** What a manager does differently from the SDK's own, each in a documented way. */
export interface QueueManagerCapabilities {
  /** Each event is stored once, however many requests hear it. */
  readonly storesEventsOnce?: boolean | undefined;
  /** A bus stays while any request executes its task, not only until the first of them ends. */
  readonly staysWhileExecuting?: boolean | undefined;
  /** `getByTaskId` always returns a bus, which finishes by itself where nobody executes the task. */
  readonly looksElsewhere?: boolean | undefined;
  /** Who has just subscribed may be told by a fresh task of events that came before it follows the task. */
  readonly tellsByTask?: boolean | undefined;
  /** A listener that throws is reported, and is not an uncaught exception of the process. */
  readonly reportsListeners?: boolean | undefined;
}

/** What the suite is run on. */
export interface QueueManagerContract {
  /** Stands before the tests' names. */
  readonly name: string;
  /** Called once by each test. */
  readonly open: () => Promise<QueueManagerUnderTest>;
  readonly capabilities?: QueueManagerCapabilities | undefined;
}

/** What a spec gets. */
export interface QueueManagerSubject {
  readonly open: () => Promise<QueueManagerUnderTest>;
  readonly capabilities: QueueManagerCapabilities;
}
