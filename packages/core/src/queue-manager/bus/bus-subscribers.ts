import type { IdentifiedEvent } from '../../event-ids/event-id.ts';

/**
 * What a subscriber of a bus is told:
 *
 * - `event`: an event.
 * - `missed`: messages were lost; what events they brought may be in the task.
 * - `lost`: events were lost for good: nothing that there is by now makes up for them.
 * - `finished`: nothing more comes.
 * - `closed`: this process hears no more of the task, which may go on elsewhere.
 */
export type BusNews =
  | { readonly kind: 'event'; readonly event: IdentifiedEvent }
  | { readonly kind: 'missed' | 'lost' | 'closed'; readonly error: unknown }
  | { readonly kind: 'finished' };

/** Who hears the events of a bus beside its own listeners. */
export type BusSubscriber = (news: BusNews) => void;

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
    if (!this.#isEnded) this.#tell({ kind: 'event', event });
  }

  miss(error: unknown): void {
    this.#tell({ kind: 'missed', error });
  }

  lose(error: unknown): void {
    this.#tell({ kind: 'lost', error });
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#tell({ kind: 'finished' });
  }

  /** Nothing comes to those who are there. Others may come later, and hear the rest. */
  disconnect(error: unknown): void {
    this.#tell({ kind: 'closed', error });
  }

  /** Nothing more comes to this process. */
  close(error: unknown): void {
    this.disconnect(error);
    this.end();
  }

  #tell(news: BusNews): void {
    for (const subscriber of this.#subscribers) subscriber(news);
  }
}
