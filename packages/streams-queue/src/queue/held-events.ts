import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

/** An event that a reader has and did not acknowledge yet. */
export interface HeldEvent {
  readonly id: string;
  readonly event: AgentExecutionEvent;
  /** Whether it is being acknowledged or given back. */
  isSettling: boolean;
}

/** The events that a reader has, in the order in which it got them. */
export class HeldEvents {
  readonly #byEvent = new Map<AgentExecutionEvent, HeldEvent>();
  readonly #ids = new Set<string>();
  /** Those that others took meanwhile: no sign of life is given for them. */
  readonly #gone = new Set<string>();

  get size(): number {
    return this.#byEvent.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id) && !this.#gone.has(id);
  }

  add(id: string, event: AgentExecutionEvent): HeldEvent {
    const held = { id, event, isSettling: false };
    this.#byEvent.set(event, held);
    this.#ids.add(id);
    this.#gone.delete(id);
    return held;
  }

  /** The one of an event; the oldest that nobody settles, where none is named. */
  find(event: AgentExecutionEvent | undefined): HeldEvent | undefined {
    if (event !== undefined) {
      const held = this.#byEvent.get(event);
      return held?.isSettling === true ? undefined : held;
    }
    for (const held of this.#byEvent.values()) {
      if (!held.isSettling) return held;
    }
    return undefined;
  }

  remove(held: HeldEvent): void {
    this.#byEvent.delete(held.event);
    this.#ids.delete(held.id);
    this.#gone.delete(held.id);
  }

  /** Notes that others took an event. */
  lose(id: string): void {
    if (this.#ids.has(id)) this.#gone.add(id);
  }

  /** The ids of those that others did not take. */
  ids(): readonly string[] {
    return [...this.#ids].filter((id) => !this.#gone.has(id));
  }
}
