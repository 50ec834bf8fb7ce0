import { randomUUID } from 'node:crypto';

import { A2ARedisError } from '../errors.ts';
import type { BusServices } from './bus-services.ts';
import { replicaOf, type TaskAddress } from './queue-keys.ts';

/** Cancels what is executed here. */
export type CancelHandler = () => Promise<void>;

/** What became of a request to cancel a task elsewhere. */
export type CancelOutcome =
  /** The executor was told, or the task came to its end. */
  | { readonly outcome: 'told' }
  /** Nobody executes the task; these runs of it are of replicas that are gone. */
  | { readonly outcome: 'nobody'; readonly runs: readonly string[] };

const DONE = 'done';
const FAILED = 'failed ';

/** The requests to cancel one task: those that were made here, and those to what runs here. */
export class CancelRequests {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #answers = new Map<string, (answer: string) => void>();
  readonly #handled = new Set<string>();
  #handler: CancelHandler | undefined;
  #isFinished = false;

  constructor(task: TaskAddress, services: BusServices) {
    this.#task = task;
    this.#services = services;
  }

  /** Says how what is executed here is canceled. */
  handleWith(handler: CancelHandler): void {
    this.#handler = handler;
    this.check().catch(this.#services.onError);
  }

  /** Cancels what is executed here, of which others expect nothing any more. */
  cancelHere(): void {
    this.#handler?.().catch(this.#services.onError);
  }

  /**
   * Asks the replicas that execute the task to cancel it, and waits until one has told its executor.
   *
   * @throws {A2ARedisError} `COMMAND_FAILED` where the executor's `cancelTask` failed there, with its
   *   message.
   */
  async request(): Promise<CancelOutcome> {
    const { runs, lease, onError } = this.#services;
    const request = randomUUID();
    const answered = new Promise<string>((resolve) => {
      this.#answers.set(request, resolve);
    });
    try {
      const asked = await runs.requestCancel(this.#task, request);
      if (await lease.areGone(asked.map(replicaOf))) return { outcome: 'nobody', runs: asked };
      if (this.#isFinished) return { outcome: 'told' };
      const answer = await answered;
      if (answer.startsWith(FAILED)) throw this.#failed(answer.slice(FAILED.length));
      return { outcome: 'told' };
    } finally {
      this.#answers.delete(request);
      runs.dropCancel(this.#task, request).catch(onError);
    }
  }

  /** Looks for requests and answers, if any could concern this process. */
  async check(): Promise<void> {
    if (this.#handler === undefined && this.#answers.size === 0) return;
    const { cancels } = await this.#services.runs.state(this.#task);
    this.take(cancels);
  }

  /** Handles requests and answers that were read. */
  take(cancels: ReadonlyMap<string, string>): void {
    for (const [request, answer] of cancels) {
      if (answer !== '') this.#answers.get(request)?.(answer);
      else if (this.#handler !== undefined && !this.#handled.has(request)) {
        this.#handled.add(request);
        void this.#handle(request, this.#handler);
      }
    }
  }

  /** The task has come to its end: nobody needs an answer any more. */
  finish(): void {
    this.#isFinished = true;
    for (const resolve of this.#answers.values()) resolve(DONE);
  }

  #failed(message: string): A2ARedisError {
    return new A2ARedisError(
      'COMMAND_FAILED',
      `The executor on another replica could not cancel task ${JSON.stringify(this.#task.taskId)}: ${message}`,
      // It came as text: only its message is known here.
      { cause: new Error(message) },
    );
  }

  async #handle(request: string, handler: CancelHandler): Promise<void> {
    const { runs, onError } = this.#services;
    let answer = DONE;
    try {
      await handler();
    } catch (error) {
      onError(error);
      answer = `${FAILED}${error instanceof Error ? error.message : String(error)}`;
    }
    try {
      await runs.answerCancel(this.#task, request, answer);
    } catch (error) {
      onError(error);
    }
  }
}
