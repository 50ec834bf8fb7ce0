import type { Scope } from '../../shared/scope.ts';
import type { TaskIndex } from './task-index.ts';
import { reportTaskEvent } from '../records/task-telemetry.ts';

/**
 * The mark that one write leaves in the index of a cluster while its record and its index entry may
 * differ. It stays behind only where that may still be so.
 */
export class PendingMark {
  readonly #index: TaskIndex;
  readonly #scope: Scope;
  readonly #taskId: string;
  readonly #writeId: string;
  #text: string | undefined;

  constructor(index: TaskIndex, scope: Scope, taskId: string, writeId: string) {
    this.#index = index;
    this.#scope = scope;
    this.#taskId = taskId;
    this.#writeId = writeId;
  }

  /** The mark, where it is set. */
  get text(): string | undefined {
    return this.#text;
  }

  /** Sets the mark, or makes it new. */
  async set(): Promise<void> {
    this.#text = await this.#index.markPending(this.#scope, this.#taskId, this.#writeId);
  }

  /** Notes that the change of the index has removed the mark. */
  removed(): void {
    this.#text = undefined;
  }

  /**
   * Removes the mark, if it is set: the index is right, or nothing was written. Never throws: what
   * became of the write is known, and a mark that stays costs lists some work, for a while.
   */
  async drop(): Promise<void> {
    if (this.#text === undefined) return;
    try {
      await this.#index.clearPending(this.#scope, this.#text, Number.MAX_SAFE_INTEGER);
      this.#text = undefined;
    } catch (error) {
      reportTaskEvent({ type: 'background-error', error });
    }
  }
}
