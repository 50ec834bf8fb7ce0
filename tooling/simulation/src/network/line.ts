import type { Actor } from '../kernel/actor.ts';
import type { Random } from '../kernel/random.ts';
import type { Simulation } from '../kernel/simulation.ts';

interface InTransit {
  readonly readyAt: number;
  readonly arrive: () => void;
}

/** How long messages take, in milliseconds: as a rule between the first two, now and then up to the last. */
export interface Latency {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly slowMs: number;
  /** How often one takes up to `slowMs`, from 0 to 1. */
  readonly slowShare: number;
}

/**
 * One direction of a connection: messages arrive in the order in which they were sent, each after a
 * delay of its own. Those that are ready at one moment arrive in one turn, as a socket hands them on.
 */
export class Line {
  readonly #simulation: Simulation;
  readonly #receiver: Actor;
  readonly #random: Random;
  readonly #latency: Latency;
  readonly #inTransit: InTransit[] = [];
  #lastReadyAt = 0;
  #stalledUntil = 0;
  #isPumping = false;
  #isClosed = false;

  constructor(simulation: Simulation, receiver: Actor, random: Random, latency: Latency) {
    this.#simulation = simulation;
    this.#receiver = receiver;
    this.#random = random;
    this.#latency = latency;
  }

  send(arrive: () => void): void {
    if (this.#isClosed) return;
    const readyAt = Math.max(this.#lastReadyAt, this.#simulation.now + this.#delayMs());
    this.#lastReadyAt = readyAt;
    this.#inTransit.push({ readyAt, arrive });
    this.#pump();
  }

  /** Nothing arrives for so long. */
  stall(forMs: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#simulation.now + forMs);
  }

  /**
   * Closes the line.
   *
   * @param arriving How many of the messages under way still arrive.
   */
  close(arriving: number): void {
    this.#isClosed = true;
    this.#inTransit.length = Math.min(arriving, this.#inTransit.length);
  }

  get inTransit(): number {
    return this.#inTransit.length;
  }

  #delayMs(): number {
    const { leastMs, mostMs, slowMs, slowShare } = this.#latency;
    const isSlow = this.#random.chance(slowShare);
    return this.#random.between(leastMs, isSlow ? slowMs : mostMs);
  }

  #pump(): void {
    const next = this.#inTransit[0];
    if (this.#isPumping || next === undefined) return;
    this.#isPumping = true;
    const readyAt = Math.max(next.readyAt, this.#stalledUntil);
    this.#simulation.planAt(this.#receiver, readyAt, () => {
      this.#isPumping = false;
      if (this.#stalledUntil <= this.#simulation.now) this.#deliver();
      this.#pump();
    });
  }

  #deliver(): void {
    for (;;) {
      const next = this.#inTransit[0];
      if (next === undefined || next.readyAt > this.#simulation.now) return;
      this.#inTransit.shift();
      next.arrive();
    }
  }
}
