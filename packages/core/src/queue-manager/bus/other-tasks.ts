import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import type { Deliver } from '../execution/event-publisher.ts';
import type { ExecutingRequest } from '../execution/event-sender.ts';
import type { Told, ToldOfTask } from '../events/told-by-event.ts';

/** The bus of a task that is executed on the bus of another. */
export interface OtherBus {
  readonly isOver: boolean;
  /** Counts one more execution, which does not wait until others know of it. */
  beginAtOnce(request: ExecutingRequest): void;
  /** Publishes an event of its task, which the listeners of the other bus get, too. */
  publishFor(event: AgentExecutionEvent, deliver: Deliver): void;
  /** Nobody listens to the other bus any more. */
  endRequests(): void;
  /** See `settleByTaskId` of the SDK. */
  settle(): boolean;
  finished(): void;
}

/** A task that is executed on the bus of another, and where it stood last. */
interface OtherTask {
  readonly bus: OtherBus;
  told: Told;
}

/**
 * The tasks beside its own that an execution publishes on its bus, as one does whose executor has task ids of its
 * own: each is executed on its own bus, so that its events are stored and heard, and others look after it, as if it
 * had been asked for under its id.
 *
 * It begins with a status by which the task goes on. An event of a task that is only mentioned is one of the bus on
 * which it is published.
 */
export class OtherTasks {
  readonly #ownId: string;
  #begin: ((taskId: string) => OtherBus) | undefined;
  readonly #tasks = new Map<string, OtherTask>();
  /** Those that were left waiting: whatever is published of one later goes on with it. */
  readonly #waiting = new Set<string>();

  /** @param ownId The task whose bus it is. */
  constructor(ownId: string) {
    this.#ownId = ownId;
  }

  /**
   * Says how an execution of another task begins: for the request that came last, as whose it is told from then on.
   *
   * @param begin Opens the bus of a task, and begins an execution there.
   */
  beginWith(begin: (taskId: string) => OtherBus): void {
    this.#begin = begin;
  }

  /** The bus on which an event that tells this is to be published; `undefined` where that is the one of the execution. */
  busFor({ taskId, told }: ToldOfTask): OtherBus | undefined {
    if (taskId === this.#ownId) return undefined;
    let task = this.#tasks.get(taskId);
    if (task === undefined) {
      const isKnown = told === 'going on' || this.#waiting.has(taskId);
      if (!isKnown || this.#begin === undefined) return undefined;
      this.#waiting.delete(taskId);
      task = { bus: this.#begin(taskId), told };
      this.#tasks.set(taskId, task);
    }
    if (told !== 'unknown') task.told = told;
    return task.bus.isOver ? undefined : task.bus;
  }

  /** Nobody listens to the execution any more. */
  endRequests(): void {
    for (const { bus } of this.#tasks.values()) bus.endRequests();
  }

  /** The execution has returned: what it left waiting stays open, as the request handler has it. */
  settle(): void {
    const tasks = [...this.#tasks];
    this.#tasks.clear();
    for (const [taskId, { bus, told }] of tasks) {
      if (told === 'waiting') this.#waiting.add(taskId);
      if (!bus.settle() && told !== 'waiting') bus.finished();
    }
  }
}
