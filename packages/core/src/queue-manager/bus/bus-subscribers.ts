import type { IdentifiedEvent } from '../../event-ids/event-id.ts';

/** Who hears the events of a bus beside its own listeners. */
export interface BusSubscriber {
  readonly onEvent: (event: IdentifiedEvent) => void;
  /** Messages were lost: what events they brought may be in the task. */
  readonly onMissed: (error: unknown) => void;
  /** Events were lost for good. */
  readonly onLoss: (error: unknown) => void;
  readonly onFinished: () => void;
  /** This process hears no more of the task, which may go on elsewhere. */
  readonly onClosed: (error: unknown) => void;
}

/** The subscribers of a bus: they hear of the runs of all replicas, until none goes on. */
export class BusSubscribers {
  readonly #subscribers = new Set<BusSubscriber>();
  #isEnded = false;

  /** Whether nothing more comes. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether anybody waits for more. */
  get isWaitedFor(): boolean {
    return this.#subscribers.size > 0 && !this.#isEnded;
  }

  add(subscriber: BusSubscriber): void {
    this.#subscribers.add(subscriber);
  }

  /** Whether it was one. */
  remove(subscriber: BusSubscriber): boolean {
    return this.#subscribers.delete(subscriber);
  }

  deliver(event: IdentifiedEvent): void {
    if (this.#isEnded) return;
    for (const subscriber of this.#subscribers) subscriber.onEvent(event);
  }

  miss(error: unknown): void {
    for (const subscriber of this.#subscribers) subscriber.onMissed(error);
  }

  lose(error: unknown): void {
    for (const subscriber of this.#subscribers) subscriber.onLoss(error);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const subscriber of this.#subscribers) subscriber.onFinished();
  }

  /** Nothing more comes to this process. */
  close(error: unknown): void {
    for (const subscriber of this.#subscribers) subscriber.onClosed(error);
    this.end();
  }
}
