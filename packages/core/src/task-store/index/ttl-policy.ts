import type { TaskStatus } from '@a2a-js/sdk';

import type { Runtime } from '../../runtime/runtime.ts';
import { isTerminal } from '../../shared/state-kinds.ts';

/** How long records stay; see `ttlSeconds` and `ttlAppliesTo`. */
export class TtlPolicy {
  readonly #ttlSeconds: number | undefined;
  readonly #terminalOnly: boolean;

  constructor(ttlSeconds: number | undefined, appliesTo: 'all' | 'terminal') {
    this.#ttlSeconds = ttlSeconds;
    this.#terminalOnly = appliesTo === 'terminal';
  }

  /** Seconds to live for a task with the status; 0 for ever, `undefined` to leave it as it is. */
  secondsFor(status: TaskStatus | undefined): number | undefined {
    if (this.#ttlSeconds === undefined) return undefined;
    return this.#terminalOnly && !isTerminal(status) ? 0 : this.#ttlSeconds;
  }

  /**
   * When a task that is written now expires, in milliseconds since the epoch; `undefined` to leave
   * it as it is.
   */
  expiresAt(
    status: TaskStatus | undefined,
    runtime: Pick<Runtime, 'wallClock'>,
  ): number | 'never' | undefined {
    const seconds = this.secondsFor(status);
    if (seconds === undefined) return undefined;
    return seconds === 0 ? 'never' : runtime.wallClock() + seconds * 1000;
  }
}
