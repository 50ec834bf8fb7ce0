import { runtimeOf } from './client-runtime.ts';
import { deadlineTimerOf } from './deadline-timer.ts';
import type { Runtime } from './runtime.ts';

/** After how long without an answer somebody is taken to be away, in milliseconds. */
const AWAY_MS = 2000;
/** How long a process looks for an answer that came while it was busy with something else, in milliseconds. */
const LOOK_MS = 20;

/**
 * - `quiet`: nobody waits for an answer.
 * - `asking`: somebody does; `late` once it takes long: the answer may be there, and not have been read.
 * - `away`: none came.
 *
 * ```text
 *   quiet ── asked ──▶ asking ──▶ asking, late ──▶ away
 *     ▲                   │             │            │
 *     └──── answered ─────┴─────────────┴────────────┘
 * ```
 */
type State =
  | { readonly phase: 'quiet' | 'away' }
  | { readonly phase: 'asking'; readonly wait: { deadlineAt: number; expire: () => void } };

/**
 * Tells whether somebody who was asked has not answered for a while. A process that does not come to read what is
 * there, as it is busy in one turn, takes nobody for away.
 */
export class AnswerWatch {
  readonly #runtime: Runtime;
  #state: State = { phase: 'quiet' };

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get isAway(): boolean {
    return this.#state.phase === 'away';
  }

  /** An answer is waited for. */
  asked(): void {
    if (this.#state.phase !== 'quiet') return;
    this.#wait(AWAY_MS, () => {
      this.#wait(LOOK_MS, () => {
        this.#state = { phase: 'away' };
      });
    });
  }

  /** An answer came, or none is waited for any more. */
  answered(): void {
    if (this.#state.phase === 'asking') deadlineTimerOf(this.#runtime).remove(this.#state.wait);
    this.#state = { phase: 'quiet' };
  }

  #wait(delayMs: number, expire: () => void): void {
    const wait = { deadlineAt: this.#runtime.now() + delayMs, expire };
    this.#state = { phase: 'asking', wait };
    deadlineTimerOf(this.#runtime).add(wait);
  }
}

const watches = new WeakMap<object, AnswerWatch>();

/** What the server of a client answers: one watch for all that use the client. */
export function answersTo(client: object): AnswerWatch {
  const known = watches.get(client) ?? new AnswerWatch(runtimeOf(client));
  watches.set(client, known);
  return known;
}
