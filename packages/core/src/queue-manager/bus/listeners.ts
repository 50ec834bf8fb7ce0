import type { AgentExecutionEvent, ExecutionEventBus } from '@a2a-js/sdk/server';

import { type EventId, withEventId } from '../../event-ids/event-id.ts';
import type { HeardEvents } from '../../event-ids/heard-events.ts';
import type { RequestCopies } from '../../event-ids/request-copies.ts';

export type EventName = 'event' | 'finished';

/** Called with each event; a listener for the end takes none. */
export type Listener = (event: AgentExecutionEvent) => void;

interface Entry {
  readonly name: EventName;
  readonly listener: Listener;
  readonly once: boolean;
  /** Of a request that saves what it hears: its copies, or what it hears as it is. */
  readonly copies?: RequestCopies | undefined;
  readonly heard?: HeardEvents | undefined;
}

/**
 * The listeners of a bus, kept as the SDK's own bus keeps them: called in the order in which they
 * were added, one as often as it was added, one that fails does not keep others from being called.
 */
export class Listeners {
  readonly #bus: ExecutionEventBus;
  readonly #onError: (error: unknown) => void;
  #entries: readonly Entry[] = [];

  /** @param bus What listeners are called on, as their `this`. */
  constructor(bus: ExecutionEventBus, onError: (error: unknown) => void) {
    this.#bus = bus;
    this.#onError = onError;
  }

  get count(): number {
    return this.#entries.length;
  }

  add(entry: Entry): void {
    this.#entries = [...this.#entries, entry];
  }

  /** Removes the one that was added last. Whether there was one. */
  remove(name: EventName, listener: Listener): boolean {
    const index = this.#entries.findLastIndex(
      (entry) => entry.name === name && entry.listener === listener,
    );
    if (index === -1) return false;
    this.#entries = this.#entries.toSpliced(index, 1);
    return true;
  }

  /** Removes all, or all of one name. */
  clear(name?: EventName): void {
    this.#entries = name === undefined ? [] : this.#entries.filter((entry) => entry.name !== name);
  }

  /**
   * Hands an event to those who listen for events.
   *
   * @param eventId Given, they may save it: each request gets a copy of its own that bears it, until it has saved
   *   it, and all others one copy.
   */
  emit(event: AgentExecutionEvent, eventId?: EventId): void {
    if (eventId === undefined) {
      this.#call('event', () => [event]);
      return;
    }
    let shared: AgentExecutionEvent | undefined;
    this.#call('event', ({ copies }) => {
      if (copies !== undefined) return [copies.copyOf(event, eventId)];
      shared ??= withEventId(event, eventId);
      return [shared];
    });
  }

  /** The same, as the event is. What it is, is noted for the requests that tell of it. */
  emitAsItIs(event: AgentExecutionEvent, eventId: EventId): void {
    this.#call('event', ({ heard }) => {
      heard?.add(event, eventId);
      return [event];
    });
  }

  /** Tells those who listen for the end that no more events come. */
  emitFinished(): void {
    this.#call('finished', () => []);
  }

  #call(name: EventName, argsOf: (entry: Entry) => readonly AgentExecutionEvent[]): void {
    for (const entry of this.#entries) {
      if (entry.name !== name) continue;
      if (entry.once) this.#entries = this.#entries.filter((other) => other !== entry);
      try {
        Reflect.apply(entry.listener, this.#bus, argsOf(entry));
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
