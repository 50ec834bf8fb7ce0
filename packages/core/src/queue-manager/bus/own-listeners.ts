import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import type { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { statusOf } from '../events/end-status.ts';
import { failingEvent } from '../events/failing-event.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { storedEnd } from './stored-end.ts';

/** How they are called. */
interface Calls {
  /** Calls when they have all that this process published: never, where others ended its run before. */
  readonly afterDelivery: (call: () => void) => void;
  readonly emit: (event: AgentExecutionEvent) => void;
  readonly emitFinished: () => void;
}

/**
 * The listeners to what this process executes of a task: they are finished when the execution is. Where
 * others have ended the task, they wait for that end instead, and never miss it.
 */
export class OwnListeners {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #calls: Calls;
  #isFinished = false;
  /** Whether the task has come to its end. */
  #isEnded = false;
  #isEndedElsewhere = false;
  /** Whether they know that the task has come to its end. */
  #knowEnd = false;
  #telling: Promise<void> | undefined;

  constructor(task: TaskAddress, services: BusServices, calls: Calls) {
    this.#task = task;
    this.#services = services;
    this.#calls = calls;
  }

  /** Whether nothing more comes to them. */
  get areFinished(): boolean {
    return this.#isFinished;
  }

  /** Whether they wait for the end that others give the task. */
  get waitForEnd(): boolean {
    return this.#isEndedElsewhere && !this.#isFinished;
  }

  deliver(event: AgentExecutionEvent): void {
    if (this.#isFinished) return;
    this.#knowEnd ||= isTerminal(statusOf(event));
    this.#calls.emit(event);
  }

  /** Others have ended the task, or are about to. */
  endedElsewhere(): void {
    this.#isEndedElsewhere = true;
    if (this.#isEnded) void this.end();
  }

  /** The execution here is over. */
  executed(): void {
    this.#calls.afterDelivery(() => {
      if (!this.#isEndedElsewhere) this.#finish();
    });
  }

  /** The task has come to its end, and no more events come. */
  async end(): Promise<void> {
    if (this.#isFinished) return;
    this.#isEnded = true;
    if (this.#isEndedElsewhere) await this.#endNow();
    else this.#calls.afterDelivery(() => void this.#endNow());
  }

  /**
   * Nothing of the task goes on, so that no end may come for which they wait: others ended what was executed
   * here, and left the task to its user. Where it has an end, that is still to be heard.
   */
  async endWithout(error: A2ARedisError): Promise<void> {
    if (!this.waitForEnd || this.#isEnded) return;
    try {
      const end = await this.#storedEnd();
      if (end === undefined && !this.#isEnded) this.fail(error);
    } catch (thrown) {
      // They are looked after again.
      this.#services.onError(thrown);
    }
  }

  /** Whatever becomes of the task, they do not hear of it here. */
  fail(error: unknown): void {
    if (!this.#isFinished && !this.#knowEnd) this.#calls.emit(failingEvent(error));
    this.#finish();
  }

  async #endNow(): Promise<void> {
    if (!this.#knowEnd) await (this.#telling ??= this.#tellEnd());
    this.#finish();
  }

  /** The event that says so was lost, or came before anybody here followed the task. */
  async #tellEnd(): Promise<void> {
    try {
      const end = await this.#storedEnd();
      if (end !== undefined) this.deliver(end);
    } catch (error) {
      this.#services.onError(error);
      this.fail(error);
    }
  }

  async #storedEnd(): Promise<AgentExecutionEvent | undefined> {
    return storedEnd(this.#task, this.#services, contextOfScope(this.#task.scope));
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#calls.emitFinished();
  }
}
