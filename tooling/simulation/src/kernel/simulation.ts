import { Actor } from './actor.ts';
import { EventHeap, type Planned } from './event-heap.ts';
import type { Random } from './random.ts';

/** Something that an actor is going to do at a moment. */
interface PlannedEvent extends Planned {
  readonly actor: Actor;
  readonly act: () => void;
  isCanceled: boolean;
}

/** What was planned, and can be called off. */
export interface Plan {
  cancel(): void;
}

/** The wall clock at the start of every simulation, in milliseconds since the epoch. */
export const EPOCH: number = Date.UTC(2026, 0, 1);
const STEPS_PER_TURN = 64;

/**
 * Virtual time: what actors plan happens in the order of its moments, one at a time, and takes no time.
 *
 * Between two events everything that was promised settles, so that all code which runs then is the
 * actor's whose event it was: {@link Simulation.current}.
 */
export class Simulation {
  readonly random: Random;
  readonly #events = new EventHeap<PlannedEvent>();
  readonly #outside: Actor;
  #current: Actor;
  #now = 0;
  #order = 0;
  #count = 0;

  constructor(random: Random) {
    this.random = random;
    this.#outside = new Actor('world', this);
    this.#current = this.#outside;
  }

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds since the epoch, on a clock that is right. */
  get wallClock(): number {
    return EPOCH + this.#now;
  }

  /** Whose code runs. */
  get current(): Actor {
    return this.#current;
  }

  /** What is no replica's: the network, the servers, the scenario. */
  get outside(): Actor {
    return this.#outside;
  }

  /** How many events happened. */
  get count(): number {
    return this.#count;
  }

  /** Plans what an actor does after a time. */
  plan(actor: Actor, delayMs: number, act: () => void): Plan {
    return this.#plan(actor, this.#now + Math.max(0, delayMs), act);
  }

  /** Plans what an actor does at a moment, or now where that is over. */
  planAt(actor: Actor, atMs: number, act: () => void): Plan {
    return this.#plan(actor, Math.max(this.#now, atMs), act);
  }

  /**
   * Runs until nothing is planned before a moment, or a condition holds.
   *
   * @throws what an event throws: a fault of the simulation itself.
   */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let isDone = false;
      const step = (): void => {
        if (isDone) return;
        try {
          isDone = !this.#step(untilMs, isOver);
        } catch (error) {
          isDone = true;
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what was thrown is passed on
          reject(error);
        }
        if (isDone) resolve();
      };
      const steps = (): void => {
        // Promises settle between any two of them; a turn of the event loop for each would cost more.
        for (let count = 0; count < STEPS_PER_TURN; count += 1) setImmediate(step);
        setImmediate(() => {
          if (!isDone) steps();
        });
      };
      steps();
    });
  }

  /** Lets the next event happen. Whether there was one to be waited for. */
  #step(untilMs: number, isOver: () => boolean): boolean {
    this.#current = this.#outside;
    if (isOver()) return false;
    const next = this.#events.peek();
    if (next === undefined || next.at > untilMs) {
      this.#now = Math.max(this.#now, untilMs);
      return false;
    }
    this.#events.pop();
    if (next.isCanceled) return true;
    this.#now = Math.max(this.#now, next.at);
    if (next.actor.holds(next.act)) return true;
    this.#count += 1;
    this.#current = next.actor;
    next.act();
    return true;
  }

  #plan(actor: Actor, at: number, act: () => void): PlannedEvent & Plan {
    this.#order += 1;
    const event = {
      at,
      order: this.#order,
      actor,
      act,
      isCanceled: false,
      cancel(): void {
        event.isCanceled = true;
      },
    };
    this.#events.push(event);
    return event;
  }
}
