import { A2ARedisError } from '../../shared/errors.ts';
import { DEFAULT_DEADLINE_MS } from '../../redis/script-runner.ts';
import type { Runtime, RuntimeTimer } from '../../runtime/runtime.ts';
import { type OutgoingEvent, OutgoingEvents } from '../events/outgoing-events.ts';

/** An event whose caller is told at `giveUpAt` that it was not confirmed. */
interface PendingEvent<T> extends OutgoingEvent {
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

/** What became of the events of a batch, or why that is not known. */
type Sent<T> = { readonly results: readonly T[] } | { readonly cause: unknown };

/**
 * The events of one process on their way to one direct queue. A batch is repeated as it is until its last event is
 * out of time, so that the reply tells what became of each; callers are told at their own time all the same.
 */
export class QueueProducer<T> {
  readonly #options: ProducerOptions<T>;
  readonly #deadlineMs: number;
  readonly #outgoing: OutgoingEvents<PendingEvent<T>, Sent<T>>;
  /** What is being sent. */
  #sent: readonly PendingEvent<T>[] = [];
  #counter = 0;
  #timer: RuntimeTimer | undefined;

  constructor(options: ProducerOptions<T>) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    this.#outgoing = new OutgoingEvents({
      runtime: options.runtime,
      maxPendingEvents: options.maxPendingEvents,
      send: (batch) => this.#send(batch),
      settle: (batch, sent) => {
        this.#settle(batch, sent);
      },
    });
  }

  /**
   * Makes sure that one more event may wait.
   *
   * @throws {A2ARedisError} `LIMIT_EXCEEDED` where too many wait for Redis.
   */
  requireRoom(): void {
    const { queueId, maxPendingEvents } = this.#options;
    if (!this.#outgoing.isFull) return;
    throw new A2ARedisError(
      'LIMIT_EXCEEDED',
      `${maxPendingEvents} events of queue ${JSON.stringify(queueId)}, or 64 Mi characters of fewer, wait for Redis already; see "maxPendingEvents".`,
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
      this.#counter += 1;
      const giveUpAt = this.#options.runtime.now() + this.#deadlineMs;
      this.#outgoing.push({ counter: this.#counter, body, giveUpAt, resolve, reject });
      this.#watch();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#outgoing.drained();
  }

  async #send(batch: readonly PendingEvent<T>[]): Promise<Sent<T>> {
    this.#sent = this.#outgoing.take(batch.length);
    const bodies = batch.map(({ body }) => body);
    try {
      const first = batch[0]?.counter ?? 0;
      return { results: await this.#options.send(first, bodies, batch.at(-1)?.giveUpAt ?? 0) };
    } catch (cause) {
      return { cause };
    }
  }

  #settle(batch: readonly PendingEvent<T>[], sent: Sent<T>): void {
    if ('results' in sent) {
      for (const [index, result] of sent.results.entries()) batch[index]?.resolve(result);
    } else {
      for (const { reject } of batch) reject(sent.cause);
    }
    this.#sent = [];
    if (this.#outgoing.waiting.length > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Looks after the deadlines, which pass in the order of the events. */
  #watch(): void {
    const next =
      this.#sent.find((event) => !this.#outgoing.isOld(event)) ?? this.#outgoing.waiting[0];
    if (this.#timer !== undefined || next === undefined) return;
    const { runtime } = this.#options;
    const leftMs = next.giveUpAt - runtime.now();
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
    const old = this.#sent.filter((event) => this.#outgoing.isOld(event));
    // What was not sent has its number all the same: others can tell that it did not come.
    for (const { reject } of [...old, ...this.#outgoing.takeOld()]) {
      const message = `An event of queue ${JSON.stringify(queueId)} was not confirmed within ${this.#deadlineMs} ms.`;
      reject(new A2ARedisError('DEADLINE_EXCEEDED', message));
    }
  }
}
