import type { TransportedEvent } from '@a2a-redis/core/queue-manager';

import type { Actor } from '../kernel/actor.ts';
import type { Plan, Simulation } from '../kernel/simulation.ts';

/** How long a message is under way, in milliseconds. */
const DELIVERY_MS = 1;

/** An event that was accepted, and its place among those of its task: counted from 1, without gaps. */
export interface LoggedEvent extends TransportedEvent {
  readonly sequence: number;
}

/** What is told of a task: an event, or that requests to cancel it, or answers to them, have changed. */
export type MemoryMessage = LoggedEvent | 'request';
export type MessageListener = (message: MemoryMessage) => void;

interface InTransit {
  readonly channel: string;
  readonly message: MemoryMessage;
}

/** All that was accepted of tasks, in its order, and the links over which processes hear of it. */
export class MemoryMessages {
  readonly #simulation: Simulation;
  readonly #logs = new Map<string, readonly LoggedEvent[]>();
  readonly #counts = new Map<string, number>();
  readonly #links: MemoryLink[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Opens a link for a process. */
  link(actor: Actor): MemoryLink {
    const link = new MemoryLink(this.#simulation, actor);
    this.#links.push(link);
    return link;
  }

  /**
   * Takes a message of `send-in-memory.lua`, or of the scripts that know of cancels.
   *
   * @returns To how many links it was sent.
   */
  publish(channel: string, text: string): number {
    const message = text === 'C' ? 'request' : this.#log(channel, text);
    for (const link of this.#links) link.send(channel, message);
    return this.#links.length;
  }

  /** How many events of a task there were. */
  countOf(channel: string): number {
    return this.#counts.get(channel) ?? 0;
  }

  /** Those events of a task that are kept and come after others. */
  after(channel: string, sequence: number): readonly LoggedEvent[] {
    return (this.#logs.get(channel) ?? []).filter((event) => event.sequence > sequence);
  }

  /** The channels of the tasks that had events. */
  channels(): readonly string[] {
    return [...this.#counts.keys()];
  }

  /** Keeps no events any more of those that there were. */
  trim(): void {
    this.#logs.clear();
  }

  #log(channel: string, text: string): LoggedEvent {
    const [, publisher = '', counter = '', body = ''] = /^E(\S+) (\d+) (.*)$/s.exec(text) ?? [];
    const sequence = this.countOf(channel) + 1;
    const event = { sequence, eventId: { publisher, counter: Number(counter) }, body };
    this.#counts.set(channel, sequence);
    this.#logs.set(channel, [...(this.#logs.get(channel) ?? []), event]);
    return event;
  }
}

/** What one process hears, in the order in which it was sent; a test can hold it back, and lose it. */
export class MemoryLink {
  readonly #simulation: Simulation;
  readonly #actor: Actor;
  readonly #listeners = new Map<string, ReadonlySet<MessageListener>>();
  readonly #inTransit: InTransit[] = [];
  #delivery: Plan | undefined;
  #isHeld = false;
  /** Who waits for an answer; absent where each comes at once. */
  #heldAnswers: (() => void)[] | undefined;

  constructor(simulation: Simulation, actor: Actor) {
    this.#simulation = simulation;
    this.#actor = actor;
  }

  /** Resolves when nothing that is sent afterwards can be missed. */
  async join(channel: string, listener: MessageListener): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#simulation.plan(this.#actor, DELIVERY_MS, resolve);
    });
    this.#listeners.set(channel, new Set([...this.#listenersOf(channel), listener]));
  }

  leave(channel: string, listener: MessageListener): void {
    const others = [...this.#listenersOf(channel)].filter((other) => other !== listener);
    this.#listeners.set(channel, new Set(others));
  }

  send(channel: string, message: MemoryMessage): void {
    this.#inTransit.push({ channel, message });
    this.#planDelivery();
  }

  /** From now on messages wait. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Lets messages through again, the first of them now. */
  release(): void {
    this.#isHeld = false;
    this.deliver(this.#inTransit.length);
  }

  /** Hands on the next messages now. */
  deliver(count: number): void {
    for (const { channel, message } of this.#inTransit.splice(0, count)) {
      for (const listener of this.#listenersOf(channel)) listener(message);
    }
  }

  /** From now on who asks what was sent before waits for the answer. */
  holdAnswers(): void {
    this.#heldAnswers ??= [];
  }

  /** Answers. */
  releaseAnswers(): void {
    for (const answer of this.#heldAnswers ?? []) answer();
    this.#heldAnswers = undefined;
  }

  /** Resolves when what was asked is answered. */
  async answer(): Promise<void> {
    const held = this.#heldAnswers;
    if (held === undefined) return;
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
  }

  /** Loses the next messages that are under way. */
  lose(count: number): void {
    this.#inTransit.splice(0, count);
  }

  #planDelivery(): void {
    if (this.#isHeld || this.#delivery !== undefined) return;
    this.#delivery = this.#simulation.plan(this.#actor, DELIVERY_MS, () => {
      this.#delivery = undefined;
      if (!this.#isHeld) this.deliver(this.#inTransit.length);
    });
  }

  #listenersOf(channel: string): ReadonlySet<MessageListener> {
    return this.#listeners.get(channel) ?? new Set();
  }
}
