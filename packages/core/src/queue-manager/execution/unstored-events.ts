import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { contextOfScope } from '../../shared/scope.ts';
import type { EventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import { backOff } from '../../redis/backoff.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/**
 * What a run published and its task may not hold yet: the request handler stores events one by one,
 * long after others have heard of them.
 */
export class UnstoredEvents {
  readonly #runtime: Runtime;
  readonly #task: TaskAddress;
  readonly #run: string;
  /** The counter of the last event that is going to be stored. */
  #last = 0;
  /** Whether the request handler takes nothing more. */
  #isComplete = false;

  constructor(runtime: Runtime, task: TaskAddress, run: string) {
    this.#runtime = runtime;
    this.#task = task;
    this.#run = run;
  }

  /** Notes an event that was published. */
  note(counter: number, event: AgentExecutionEvent): void {
    if (this.#isComplete || event.kind === 'message') return;
    this.#last = counter;
    this.#isComplete = event.kind === 'statusUpdate' && isTerminal(event.data.status);
  }

  /**
   * Waits until the task holds them.
   *
   * @param deadlineMs How long nobody may have stored them, in milliseconds.
   * @returns Whether it does.
   */
  async stored(store: EventTrackingStore, deadlineMs: number): Promise<boolean> {
    const runtime = this.#runtime;
    const giveUpAt = runtime.now() + deadlineMs;
    const context = contextOfScope(this.#task.scope);
    for (let attempt = 1; this.#last > 0; attempt += 1) {
      // The first look would come too early for the very last event.
      await backOff(runtime, attempt, 20, 1000);
      const applied = await store.appliedEvents(this.#task.taskId, context);
      const held = applied?.contiguous(this.#run) ?? 0;
      if (held >= this.#last) return true;
      if (runtime.now() >= giveUpAt) return false;
    }
    return true;
  }
}
