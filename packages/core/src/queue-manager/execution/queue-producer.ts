import { A2ARedisError } from '../../shared/errors.ts';
import { DEFAULT_DEADLINE_MS } from '../../redis/script-runner.ts';
import type { Runtime, RuntimeTimer } from '../../runtime/runtime.ts';

/** How many events go out with one call, and about how many characters. */
const MOST_EVENTS = 128;
const MOST_CHARACTERS = 512 * 1024;

interface PendingEvent<T> {
  readonly body: string;
  /** When its caller is told that it was not confirmed, on the clock of the runtime. */
  readonly deadlineAt: number;
  readonly resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends events that follow one another.
 *
 * @param firstCounter The counter of the first; the others count up from there.
 * @param deadlineAt Until when it is tried, on the clock of the runtime.
 * @returns What became of each.
 */
export type SendEvents<T> = (
  firstCounter: number,
  bodies: readonly string[],
  deadlineAt: number,
) => Promise<readonly T[]>;

/** What a producer needs. */
export interface ProducerOptions<T> {
  /** Where the deadlines of events come from. */
  readonly runtime: Runtime;
  /** The queue's id, for messages. */
  readonly queueId: string;
  /** How many events wait for Redis at most. */
  readonly maxPendingEvents: number;
  /** Sends a batch; safe to repeat. */
  readonly send: SendEvents<T>;
  /**
   * How long after it was given an event is tried, in milliseconds.
   * @default 10000
   */
  readonly deadlineMs?: number | undefined;
}

/**
 * Sends the events of one process on one direct queue, in their order: one call at a time, in which
 * all go that wait. A call that is repeated can then be told by the counter of its events.
 */
export class QueueProducer<T> {
  readonly #options: ProducerOptions<T>;
  readonly #deadlineMs: number;
  #sent: readonly PendingEvent<T>[] = [];
  readonly #waiting: PendingEvent<T>[] = [];
  #counter = 0;
  #sending: Promise<void> | undefined;
  #timer: RuntimeTimer | undefined;

  constructor(options: ProducerOptions<T>) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  }

  /**
   * Makes sure that one more event may wait.
   *
   * @throws {A2ARedisError} `LIMIT_EXCEEDED` where too many wait for Redis.
   */
  requireRoom(): void {
    const { queueId, maxPendingEvents } = this.#options;
    if (this.#waiting.length < maxPendingEvents) return;
    throw new A2ARedisError(
      'LIMIT_EXCEEDED',
      `${maxPendingEvents} events of queue ${JSON.stringify(queueId)} wait for Redis already; see "maxPendingEvents".`,
    );
  }

  /**
   * Sends an event.
   *
   * @returns What became of it, when Redis has it.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` where that was not confirmed in time.
   */
  async push(body: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadlineAt = this.#options.runtime.now() + this.#deadlineMs;
      this.#waiting.push({ body, deadlineAt, resolve, reject });
      this.#sending ??= this.#send();
      this.#watch();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    // What is given in the same turn goes out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      const first = this.#counter + 1;
      this.#counter += batch.length;
      this.#sent = batch;
      try {
        const bodies = batch.map(({ body }) => body);
        const results = await this.#options.send(first, bodies, batch.at(-1)?.deadlineAt ?? 0);
        for (const [index, result] of results.entries()) batch[index]?.resolve(result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      this.#sent = [];
    }
    this.#sending = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #nextBatch(): PendingEvent<T>[] {
    let count = 0;
    let characters = 0;
    for (const { body } of this.#waiting) {
      characters += body.length;
      if (count > 0 && (count === MOST_EVENTS || characters > MOST_CHARACTERS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Whether the caller of an event still waits within its time. */
  readonly #isPending = ({ deadlineAt }: PendingEvent<T>): boolean =>
    deadlineAt > this.#options.runtime.now();

  /** Looks after the deadlines, which pass in the order of the events. */
  #watch(): void {
    const next = this.#sent.find(this.#isPending) ?? this.#waiting[0];
    if (this.#timer !== undefined || next === undefined) return;
    const { runtime } = this.#options;
    const leftMs = next.deadlineAt - runtime.now();
    this.#timer = runtime.setTimer(
      () => {
        this.#timer = undefined;
        this.#expire();
        this.#watch();
      },
      Math.max(1, Math.ceil(leftMs)),
    );
    this.#timer.unref();
  }

  #expire(): void {
    const { queueId } = this.#options;
    const expired = this.#waiting.findIndex(this.#isPending);
    const unsent = this.#waiting.splice(0, expired === -1 ? this.#waiting.length : expired);
    // They have their numbers all the same: others can tell that they did not come.
    this.#counter += unsent.length;
    for (const { reject } of [
      ...this.#sent.filter((event) => !this.#isPending(event)),
      ...unsent,
    ]) {
      const message = `An event of queue ${JSON.stringify(queueId)} was not confirmed within ${this.#deadlineMs} ms.`;
      reject(new A2ARedisError('DEADLINE_EXCEEDED', message));
    }
  }
}
