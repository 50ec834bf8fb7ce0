import type { AgentExecutionEvent, ExecutionEventBus } from '@a2a-js/sdk/server';

/** Called with each event; a listener for the end takes none. */
type Listener = (event: AgentExecutionEvent) => void;
type EventName = 'event' | 'finished';

interface Entry {
  readonly name: EventName;
  readonly listener: Listener;
  readonly once: boolean;
}

/**
 * The listeners of a bus, kept as the SDK's own bus keeps them: called in the order in which they
 * were added, one as often as it was added, one that fails does not keep others from being called.
 */
export abstract class ListeningBus implements ExecutionEventBus {
  readonly #onError: (error: unknown) => void;
  #entries: readonly Entry[] = [];

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  abstract publish(event: AgentExecutionEvent): void;
  abstract finished(): void;

  /** Called after a listener was added. */
  protected abstract listenerAdded(name: EventName): void;
  /** Called after listeners were removed. */
  protected abstract listenersRemoved(): void;

  /** How many listeners there are. */
  get listenerCount(): number {
    return this.#entries.length;
  }

  on(eventName: 'event', listener: Listener): this;
  on(eventName: 'finished', listener: () => void): this;
  on(name: EventName, listener: Listener): this {
    this.#entries = [...this.#entries, { name, listener, once: false }];
    this.listenerAdded(name);
    return this;
  }

  once(eventName: 'event', listener: Listener): this;
  once(eventName: 'finished', listener: () => void): this;
  once(name: EventName, listener: Listener): this {
    this.#entries = [...this.#entries, { name, listener, once: true }];
    this.listenerAdded(name);
    return this;
  }

  off(eventName: 'event', listener: Listener): this;
  off(eventName: 'finished', listener: () => void): this;
  off(name: EventName, listener: Listener): this {
    const index = this.#entries.findLastIndex(
      (entry) => entry.name === name && entry.listener === listener,
    );
    if (index === -1) return this;
    this.#entries = this.#entries.toSpliced(index, 1);
    this.listenersRemoved();
    return this;
  }

  removeAllListeners(name?: EventName): this {
    this.#entries = name === undefined ? [] : this.#entries.filter((entry) => entry.name !== name);
    this.listenersRemoved();
    return this;
  }

  /** Hands an event to the listeners. */
  protected emit(event: AgentExecutionEvent): void {
    this.#call('event', [event]);
  }

  /** Tells the listeners that no more events come. */
  protected emitFinished(): void {
    this.#call('finished', []);
  }

  #call(name: EventName, args: readonly AgentExecutionEvent[]): void {
    for (const entry of this.#entries) {
      if (entry.name !== name) continue;
      if (entry.once) this.#entries = this.#entries.filter((other) => other !== entry);
      try {
        Reflect.apply(entry.listener, this, args);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
