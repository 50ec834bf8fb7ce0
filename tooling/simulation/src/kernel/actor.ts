import type { Runtime, RuntimeTimer } from '@a2a-redis/core/shared';

import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';

/** How an actor's clocks differ from the true time. */
export interface ClockFault {
  /** How fast they go: 1 is right. */
  readonly rate: number;
  /** By how much the wall clock is ahead, in milliseconds. */
  readonly aheadMs: number;
}

/** Where an actor stands. A paused one does later what came meanwhile; a dead one never does anything. */
type Phase = 'alive' | 'paused' | 'dead';

/** A process: with a clock, timers and chance of its own. It can be paused, slowed and killed. */
export class Actor implements Runtime {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #held: (() => void)[] = [];
  readonly #timers = new Set<RuntimeTimer>();
  #phase: Phase = 'alive';
  #clock: ClockFault = { rate: 1, aheadMs: 0 };
  /** The true time and the own clock's at its last change of rate. */
  #since = { trueMs: 0, ownMs: 0 };

  constructor(name: string, simulation: Simulation) {
    this.name = name;
    this.#simulation = simulation;
    this.#random = simulation.random.stream(`actor ${name}`);
    // Clocks of processes begin anywhere.
    this.#since = { trueMs: simulation.now, ownMs: this.#random.integer(50, 100_000) };
  }

  get isDead(): boolean {
    return this.#phase === 'dead';
  }

  get isPaused(): boolean {
    return this.#phase === 'paused';
  }

  /** How many of its timers are set. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Keeps what is to be done for later where the actor is paused. Whether it must not be done now. */
  holds(act: () => void): boolean {
    if (this.#phase === 'alive') return false;
    if (this.#phase === 'paused') this.#held.push(act);
    return true;
  }

  pause(): void {
    if (this.#phase === 'alive') this.#phase = 'paused';
  }

  resume(): void {
    if (this.#phase !== 'paused') return;
    this.#phase = 'alive';
    for (const act of this.#held.splice(0)) this.#simulation.plan(this, 0, act);
  }

  /** As SIGKILL. */
  kill(): void {
    this.#phase = 'dead';
    this.#held.length = 0;
    this.#timers.clear();
  }

  /** Sets how its clocks go from now on. The wall clock may step, the other one never does. */
  setClock(clock: ClockFault): void {
    this.#since = { trueMs: this.#simulation.now, ownMs: this.now() };
    this.#clock = clock;
  }

  now(): number {
    return this.#since.ownMs + (this.#simulation.now - this.#since.trueMs) * this.#clock.rate;
  }

  wallClock(): number {
    return Math.floor(this.#simulation.wallClock + this.#clock.aheadMs);
  }

  setTimer(callback: () => void, delayMs: number): RuntimeTimer {
    const act = (): void => {
      this.#timers.delete(timer);
      callback();
    };
    const plan = this.#simulation.plan(this, Math.max(1, delayMs) / this.#clock.rate, () => {
      // Called off while the actor was paused.
      if (this.#timers.has(timer)) act();
    });
    const timer: RuntimeTimer = {
      cancel: () => {
        plan.cancel();
        this.#timers.delete(timer);
      },
      ref: () => {},
      unref: () => {},
    };
    this.#timers.add(timer);
    return timer;
  }

  nextTurn(callback: () => void): void {
    this.#simulation.plan(this, 0, callback);
  }

  random(): number {
    return this.#random.fraction();
  }

  randomBytes(size: number): Buffer {
    return this.#random.bytes(size);
  }

  randomUUID(): ReturnType<Random['uuid']> {
    return this.#random.uuid();
  }
}
