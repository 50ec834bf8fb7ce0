import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { callAborted } from '@a2a-redis/core/queue-manager';

/** A read that waits for its event. */
export interface WaitingRead {
  readonly isPatient: boolean;
  readonly resolve: (event: AgentExecutionEvent | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The reads that wait on one queue object, first come, first served. */
export class WaitingReads {
  readonly #queueId: string;
  readonly #reads = new Set<WaitingRead>();

  constructor(queueId: string) {
    this.#queueId = queueId;
  }

  get size(): number {
    return this.#reads.size;
  }

  /**
   * Adds a read.
   *
   * @throws {A2ARedisError} `ABORTED` when the signal fires.
   */
  async add(noWait: boolean, signal?: AbortSignal): Promise<AgentExecutionEvent | undefined> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (signal !== undefined && this.#reads.delete(read)) {
          reject(callAborted(this.#queueId, signal));
        }
      };
      const read: WaitingRead = {
        isPatient: !noWait,
        resolve: (event) => {
          signal?.removeEventListener('abort', abort);
          resolve(event);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      this.#reads.add(read);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  all(): readonly WaitingRead[] {
    return [...this.#reads];
  }

  /** Gives an event to the first; returns false where nobody waits. */
  give(event: AgentExecutionEvent): boolean {
    const [read] = this.#reads;
    if (read === undefined) return false;
    this.#reads.delete(read);
    read.resolve(event);
    return true;
  }

  /** Ends those of some reads that do not wait for an event to come. */
  dismiss(asked: readonly WaitingRead[]): void {
    for (const read of asked) {
      if (!read.isPatient && this.#reads.delete(read)) read.resolve(undefined);
    }
  }

  /** The same with a fault; returns whether there was one. */
  rejectImpatient(asked: readonly WaitingRead[], error: unknown): boolean {
    let hasTold = false;
    for (const read of asked) {
      if (read.isPatient || !this.#reads.delete(read)) continue;
      read.reject(error);
      hasTold = true;
    }
    return hasTold;
  }

  rejectAll(error: unknown): void {
    for (const read of this.#reads) read.reject(error);
    this.#reads.clear();
  }
}
