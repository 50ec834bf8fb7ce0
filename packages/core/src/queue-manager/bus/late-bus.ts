import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { sleep } from '../../runtime/sleep.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { ListeningBus } from './listening-bus.ts';

/** Between two looks whether Redis is back, in milliseconds. */
const LOOK_MS = 200;

/**
 * A bus on which an executor may publish that has returned. Its next event begins a run, which must not have a name that
 * others may have taken to be gone: so where this process gave no sign of life for long, what is published waits, in its
 * order, until it is known under which name this process goes on. As long as Redis is away, it waits no longer than an
 * event is tried, and no more of it than may wait.
 */
export abstract class LateBus extends ListeningBus {
  readonly #services: BusServices;
  /** What waits; absent where nothing need wait. */
  #held: (() => void)[] | undefined;

  constructor(services: BusServices) {
    super(services.onError);
    this.#services = services;
  }

  /** Whether an event that is published now may begin a run, of an executor that has returned. */
  protected abstract get isLate(): boolean;
  protected abstract publishNow(event: AgentExecutionEvent): void;
  protected abstract finishNow(): void;

  override publish(event: AgentExecutionEvent): void {
    const { lease, limits } = this.#services;
    if (this.#held === undefined && this.isLate && !lease.isCertain) void this.#hold();
    if (this.#held === undefined) {
      this.publishNow(event);
      return;
    }
    this.#held.push(() => {
      this.publishNow(event);
    });
    if (this.#held.length > limits.maxPendingEvents) this.#release();
  }

  override finished(): void {
    if (this.#held === undefined) this.finishNow();
    else this.#held.push(() => this.finishNow());
  }

  async #hold(): Promise<void> {
    const { lease, limits, runtime } = this.#services;
    const held: (() => void)[] = [];
    this.#held = held;
    const giveUpAt = runtime.now() + limits.publishDeadlineMs;
    while (this.#held === held) {
      await lease.confirm();
      if (lease.isLive || runtime.now() >= giveUpAt) this.#release();
      else await sleep(runtime, LOOK_MS, { ref: false });
    }
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const call of held) call();
  }
}
