import type { Runtime, RuntimeTimer } from '../../runtime/runtime.ts';
import type { Told } from '../events/told-by-event.ts';

/** How long an executor that has returned may be silent after events that do not say that it goes on, in milliseconds. */
const QUIET_MS = 1000;

/**
 * What an executor publishes that has returned where its task waits for somebody. By a status it says that it goes on,
 * and will say where it comes to rest. A chunk says nothing: after some, it rests once nothing more comes for a while.
 */
export class LateWork {
  readonly #runtime: Runtime;
  readonly #onQuiet: () => void;
  #goesOn = false;
  #timer: RuntimeTimer | undefined;

  /** @param onQuiet Called once it rests without having said so. */
  constructor(runtime: Runtime, onQuiet: () => void) {
    this.#runtime = runtime;
    this.#onQuiet = onQuiet;
  }

  /** Takes what one of its events tells. */
  take(told: Told): void {
    this.#timer?.cancel();
    this.#goesOn ||= told !== 'unknown' && told !== 'nothing';
    if (this.#goesOn) return;
    this.#timer = this.#runtime.setTimer(this.#onQuiet, QUIET_MS);
    this.#timer.unref();
  }

  /** It rests, or another execution has begun: what comes later is told anew. */
  end(): void {
    this.#timer?.cancel();
    this.#goesOn = false;
  }
}
