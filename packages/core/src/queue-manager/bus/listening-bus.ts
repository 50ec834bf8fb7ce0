import type { AgentExecutionEvent, ExecutionEventBus, ServerCallContext } from '@a2a-js/sdk/server';

import { HeardEvents } from '../../event-ids/heard-events.ts';
import { RequestCopies } from '../../event-ids/request-copies.ts';
import { type EventName, type Listener, Listeners } from './listeners.ts';

/** A bus whose listeners are kept and called as those of the SDK's own bus. */
export abstract class ListeningBus implements ExecutionEventBus {
  protected readonly listeners: Listeners;

  constructor(onError: (error: unknown) => void) {
    this.listeners = new Listeners(this, onError);
  }

  /** Whose listener the next one is. */
  #listensAs: ServerCallContext | undefined;

  /** A request is about to listen, and saves what it hears: its listener is the next one. */
  listenAs(context: ServerCallContext | undefined): void {
    this.#listensAs = context;
  }

  abstract publish(event: AgentExecutionEvent): void;
  abstract finished(): void;

  /** Called after a listener was added. */
  protected abstract listenerAdded(name: EventName): void;
  /** Called after listeners were removed. */
  protected abstract listenersRemoved(): void;

  on(eventName: 'event', listener: Listener): this;
  on(eventName: 'finished', listener: () => void): this;
  on(name: EventName, listener: Listener): this {
    const context = name === 'event' ? this.#listensAs : undefined;
    if (context !== undefined) this.#listensAs = undefined;
    const copies = context && new RequestCopies(context);
    const heard = context && new HeardEvents(context);
    this.listeners.add({ name, listener, once: false, copies, heard });
    this.listenerAdded(name);
    return this;
  }

  once(eventName: 'event', listener: Listener): this;
  once(eventName: 'finished', listener: () => void): this;
  once(name: EventName, listener: Listener): this {
    this.listeners.add({ name, listener, once: true });
    this.listenerAdded(name);
    return this;
  }

  off(eventName: 'event', listener: Listener): this;
  off(eventName: 'finished', listener: () => void): this;
  off(name: EventName, listener: Listener): this {
    if (this.listeners.remove(name, listener)) this.listenersRemoved();
    return this;
  }

  removeAllListeners(name?: EventName): this {
    this.listeners.clear(name);
    this.listenersRemoved();
    return this;
  }
}
