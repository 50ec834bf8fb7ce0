import type { MarkedEvent } from './marked-event.ts';

/** Who hears the events of a bus beside its own listeners. */
export interface BusGuest {
  readonly onEvent: (event: MarkedEvent) => void;
  readonly onLoss: (error: unknown) => void;
  readonly onFinished: () => void;
  /** This process hears no more of the task, which may go on elsewhere. */
  readonly onClosed: (error: unknown) => void;
}

/** The guests of a bus: they hear of the runs of all replicas, until none goes on. */
export class BusGuests {
  readonly #guests = new Set<BusGuest>();
  #isEnded = false;

  /** Whether nothing more comes. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether anybody waits for more. */
  get isWaitedFor(): boolean {
    return this.#guests.size > 0 && !this.#isEnded;
  }

  add(guest: BusGuest): void {
    this.#guests.add(guest);
  }

  /** Whether it was one. */
  remove(guest: BusGuest): boolean {
    return this.#guests.delete(guest);
  }

  deliver(event: MarkedEvent): void {
    if (this.#isEnded) return;
    for (const guest of this.#guests) guest.onEvent(event);
  }

  lose(error: unknown): void {
    for (const guest of this.#guests) guest.onLoss(error);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const guest of this.#guests) guest.onFinished();
  }

  /** Nothing more comes to this process. */
  close(error: unknown): void {
    for (const guest of this.#guests) guest.onClosed(error);
    this.end();
  }
}
