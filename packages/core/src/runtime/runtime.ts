import { randomBytes, randomUUID } from 'node:crypto';

/** A timer that was set. Nothing happens once it has fired or was canceled. */
export interface RuntimeTimer {
  /** Keeps the process alive until the timer fires, as it does at first. */
  ref(): void;
  /** Lets the process end before the timer fires. */
  unref(): void;
  cancel(): void;
}

/** Where time and chance come from. Nothing else in these packages reads a clock or a random number. */
export interface Runtime {
  /** Milliseconds on a clock that only goes forward, from a moment of its own: for deadlines and pauses. */
  now(): number;
  /** Milliseconds since the epoch, on the clock of the machine. */
  wallClock(): number;
  /** Calls back once, after a delay in milliseconds. */
  setTimer(callback: () => void, delayMs: number): RuntimeTimer;
  /** Calls back after all promises that are settled by now, and what they settle, were taken care of. */
  nextTurn(callback: () => void): void;
  /** From 0 (inclusive) to 1 (exclusive): for pauses that are spread, never for secrets. */
  random(): number;
  /** Bytes that nobody can guess: for names of writers, and for encryption. */
  randomBytes(size: number): Buffer;
  /** A random UUID, version 4. */
  randomUUID(): string;
}

class SystemTimer implements RuntimeTimer {
  readonly #timeout: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number) {
    this.#timeout = setTimeout(callback, delayMs);
  }

  ref(): void {
    this.#timeout.ref();
  }

  unref(): void {
    this.#timeout.unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

/** Time and chance of the machine. Looks globals up at each call, so that tests can replace them. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer: (callback, delayMs) => new SystemTimer(callback, delayMs),
  nextTurn: (callback) => void setImmediate(callback),
  random: () => Math.random(),
  randomBytes: (size) => randomBytes(size),
  randomUUID: () => randomUUID(),
};
