import { type Runtime, type RuntimeTimer, systemRuntime } from './runtime.ts';

/** Something that ends at a moment, unless it is settled before. */
interface Wait {
  /** The moment, on the clock of the runtime, in milliseconds. */
  readonly deadlineAt: number;
  expire(): void;
}

/** As long as a timer can be; who waits longer is looked at in between. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Ends all that waits for longer than it may, with one timer: calls take some microseconds of this
 * process, and a timer for each would be a good part of them. What is settled leaves the timer as
 * it is.
 */
export class DeadlineTimer {
  readonly #runtime: Runtime;
  readonly #waits = new Set<Wait>();
  #timer: RuntimeTimer | undefined;
  /** When the timer fires: never after the first deadline, often before it. */
  #firesAt = Infinity;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  add(wait: Wait): void {
    this.#waits.add(wait);
    if (wait.deadlineAt < this.#firesAt) this.#fireAt(wait.deadlineAt);
    else if (this.#waits.size === 1) this.#timer?.ref();
  }

  remove(wait: Wait): void {
    // A process may end while nothing waits.
    if (this.#waits.delete(wait) && this.#waits.size === 0) this.#timer?.unref();
  }

  #fireAt(moment: number): void {
    this.#timer?.cancel();
    this.#firesAt = moment;
    // Timers leave out fractions: it would fire too early, and once more at once.
    const delayMs = Math.min(
      Math.max(0, Math.ceil(moment - this.#runtime.now())),
      LONGEST_TIMER_MS,
    );
    this.#timer = this.#runtime.setTimer(() => this.#fire(), delayMs);
  }

  #fire(): void {
    this.#timer = undefined;
    this.#firesAt = Infinity;
    const now = this.#runtime.now();
    const due: Wait[] = [];
    let next = Infinity;
    for (const wait of this.#waits) {
      if (wait.deadlineAt <= now) due.push(wait);
      else next = Math.min(next, wait.deadlineAt);
    }
    if (next < Infinity) this.#fireAt(next);
    for (const wait of due) {
      this.#waits.delete(wait);
      wait.expire();
    }
  }
}

const systemTimer = new DeadlineTimer(systemRuntime);
const timers = new WeakMap<Runtime, DeadlineTimer>();

/** The one timer of a runtime. */
export function deadlineTimerOf(runtime: Runtime): DeadlineTimer {
  // Every call to Redis asks: an application, which has this runtime alone, looks nothing up.
  if (runtime === systemRuntime) return systemTimer;
  const known = timers.get(runtime);
  if (known !== undefined) return known;
  const timer = new DeadlineTimer(runtime);
  timers.set(runtime, timer);
  return timer;
}
