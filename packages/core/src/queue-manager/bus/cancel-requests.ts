import { A2ARedisError } from '../../shared/errors.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { isHopeless } from '../events/queue-errors.ts';
import type { RedisTaskState } from '../state/task-state.ts';

/** Cancels what is executed here. */
export type CancelHandler = () => Promise<void>;

/** What became of a request to cancel a task elsewhere. */
export type CancelOutcome =
  /** The executor was told, or the task came to its end. */
  | { readonly outcome: 'told' }
  /** Nobody who was asked executes the task any more; these runs of it are of replicas that are gone. */
  | { readonly outcome: 'nobody'; readonly runs: readonly string[] };

const DONE = 'done';
const FAILED = 'failed ';
/** Whoever was asked is gone. */
const GONE = 'gone';
/** Whoever was asked has come to the end of its execution, and the task has not. */
const IDLE = 'idle';
/** The task has come to its end. */
const OVER = 'over';

/** What came of a request, and the runs of its task that went on by then. */
interface Answer {
  readonly answer: string;
  readonly present: readonly string[];
}

/** A request that waits for its answer. */
interface AskedRuns {
  readonly runs: readonly string[];
  /** Whether what they say is waited for, or only what becomes of them. */
  readonly isUnanswered: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: A2ARedisError) => void;
}

/** The requests to cancel one task: those that were made here, and those to what runs here. */
export class CancelRequests {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #isOwn: (run: string) => boolean;
  readonly #asked = new Map<string, AskedRuns>();
  readonly #handled = new Set<string>();
  #handler: CancelHandler | undefined;
  /** How many callers of this process wait until the task has been canceled. */
  #pending = 0;
  #isFinished = false;

  /** @param isOwn Whether a run of the task is one of this process. */
  constructor(task: TaskAddress, services: BusServices, isOwn: (run: string) => boolean) {
    this.#task = task;
    this.#services = services;
    this.#isOwn = isOwn;
  }

  /** Whether somebody here is about to cancel the task, wherever it is executed. */
  get isPending(): boolean {
    return this.#pending > 0;
  }

  /** Does what cancels the task. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    try {
      await work();
    } finally {
      this.#pending -= 1;
    }
  }

  /**
   * Says how what is executed here is canceled.
   *
   * @param ready Resolves when requests that are made afterwards cannot be missed, and those before were made
   *   to a run of this process.
   */
  handleWith(handler: CancelHandler, ready: Promise<unknown>): void {
    this.#handler = handler;
    ready.then(async () => this.check()).catch(this.#services.onError);
  }

  /** Nothing is executed here any more that could be canceled. */
  release(): void {
    this.#handler = undefined;
  }

  /** Cancels what is executed here, of which others expect nothing any more. */
  cancelHere(): void {
    this.#handler?.().catch(this.#services.onError);
  }

  /**
   * Asks the replicas that execute the task to cancel it, and waits until the task has come to its end,
   * or those who were asked are gone.
   *
   * @throws {A2ARedisError} `COMMAND_FAILED` where the executor's `cancelTask` failed there, with its
   *   message; `CLIENT_CLOSED`, and what Redis refuses for good.
   */
  async request(): Promise<CancelOutcome> {
    const { runtime, states, lease, onError } = this.#services;
    const request = runtime.randomUUID();
    try {
      const asked = await states.requestCancel(this.#task, request);
      if (await lease.areGone(asked.map(replicaOf))) return { outcome: 'nobody', runs: asked };
      const { answer, present } = await this.#answer(request, asked, true);
      if (answer.startsWith(FAILED)) throw this.#failed(answer.slice(FAILED.length));
      if (answer !== DONE) return outcomeOf(answer, asked);
      // Who was told may be gone before the task has come to its end. It need not be a run that was asked.
      return outcomeOf((await this.#answer(request, present, false)).answer, present);
    } finally {
      this.#asked.delete(request);
      states.dropCancel(this.#task, request).catch(onError);
    }
  }

  /** Looks for requests and answers, if any could concern this process. */
  async check(): Promise<void> {
    if (this.#handler === undefined && this.#asked.size === 0) return;
    this.take(await this.#services.states.state(this.#task));
  }

  /** Handles requests and answers that were read. */
  take({ phase, runs: present, cancels, fenced }: RedisTaskState): void {
    // An executor that has returned need not be the one that is asked.
    const isExecuted = present.some(this.#isOwn);
    for (const [request, answer] of cancels) {
      const asked = this.#asked.get(request);
      if (answer !== '') {
        if (asked?.isUnanswered === true) asked.resolve({ answer, present });
      } else if (isExecuted && this.#handler !== undefined && !this.#handled.has(request)) {
        this.#handled.add(request);
        void this.#handle(request, this.#handler);
      }
    }
    if (this.#asked.size > 0) this.#services.reconciler.present(this.#task, present);
    for (const [request, { runs, isUnanswered, resolve }] of this.#asked) {
      // A run that began meanwhile finds the request, and answers it: where that is lost, it is to be made again.
      const isMade = cancels.has(request);
      const awaited = isUnanswered ? present : present.filter((run) => runs.includes(run));
      // The end may have come before anybody here listened for it.
      if (phase === 'ended') resolve({ answer: OVER, present });
      else if (runs.every((run) => fenced.has(run))) resolve({ answer: GONE, present });
      else if (awaited.length === 0 || (isUnanswered && !isMade))
        resolve({ answer: IDLE, present });
    }
  }

  /** The task has come to its end: nobody needs an answer any more. */
  finish(): void {
    this.#isFinished = true;
    for (const { resolve } of this.#asked.values()) resolve({ answer: OVER, present: [] });
  }

  /** The client is closed, or refused: who waits for an answer gets the error. */
  fail(error: A2ARedisError): void {
    for (const { reject } of this.#asked.values()) reject(error);
  }

  #failed(message: string): A2ARedisError {
    return new A2ARedisError(
      'COMMAND_FAILED',
      `The executor on another replica could not cancel task ${JSON.stringify(this.#task.taskId)}: ${message}`,
      // It came as text: only its message is known here.
      { cause: new Error(message) },
    );
  }

  async #answer(request: string, runs: readonly string[], isUnanswered: boolean): Promise<Answer> {
    if (this.#isFinished) return { answer: OVER, present: [] };
    return new Promise((resolve, reject) => {
      this.#asked.set(request, { runs, isUnanswered, resolve, reject });
      this.check().catch((error: unknown) => {
        if (isHopeless(error)) reject(error);
        else this.#services.onError(error);
      });
    });
  }

  async #handle(request: string, handler: CancelHandler): Promise<void> {
    const { states, onError } = this.#services;
    let answer = DONE;
    try {
      await handler();
    } catch (error) {
      onError(error);
      answer = `${FAILED}${error instanceof Error ? error.message : String(error)}`;
    }
    try {
      await states.answerCancel(this.#task, request, answer);
    } catch (error) {
      onError(error);
    }
  }
}

/** @param runs Those of which somebody was told. */
function outcomeOf(answer: string, runs: readonly string[]): CancelOutcome {
  if (answer === IDLE) return { outcome: 'nobody', runs: [] };
  return answer === GONE ? { outcome: 'nobody', runs } : { outcome: 'told' };
}
