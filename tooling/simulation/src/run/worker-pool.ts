import { Worker } from 'node:worker_threads';

import { generateScenario } from '../scenario/generate.ts';
import type { Job, JobResult } from './worker.ts';

interface Waiting {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
}

/**
 * How long one scenario may take, in milliseconds: one that does not end is a fault of its own. A hundred times as
 * long as any takes, so that a busy machine is not taken for that.
 */
const LONGEST_MS = 180_000;

/** Runs scenarios on several threads, one at a time on each. */
export class WorkerPool implements AsyncDisposable {
  readonly #lanes: readonly Lane[];
  readonly #queue: Waiting[] = [];

  constructor(file: string, workers: number) {
    this.#lanes = Array.from({ length: workers }, () => new Lane(file));
  }

  /** How many scenarios can run at once. */
  get size(): number {
    return this.#lanes.length;
  }

  /** Runs a scenario: one that kills its thread, or does not end, has an error for its result. */
  async run(job: Job): Promise<JobResult> {
    return new Promise((resolve) => {
      this.#queue.push({ job, resolve });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lanes.map(async (lane) => lane.close()));
  }

  #next(): void {
    for (const lane of this.#lanes) {
      if (lane.isBusy) continue;
      const next = this.#queue.shift();
      if (next === undefined) return;
      lane.give(next, () => {
        this.#next();
      });
    }
  }
}

/** A thread, and what it does at present. */
class Lane {
  readonly #file: string;
  #worker: Worker;
  #waiting: Waiting | undefined;
  #settle: (act: (waiting: Waiting) => void) => void = () => {};

  constructor(file: string) {
    this.#file = file;
    this.#worker = this.#open();
  }

  get isBusy(): boolean {
    return this.#waiting !== undefined;
  }

  give(waiting: Waiting, onFree: () => void): void {
    this.#waiting = waiting;
    const timer = setTimeout(() => {
      this.#fail(`It did not end within ${LONGEST_MS / 1000} seconds.`);
    }, LONGEST_MS);
    this.#settle = (act) => {
      clearTimeout(timer);
      this.#settle = () => {};
      this.#waiting = undefined;
      act(waiting);
      onFree();
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(waiting.job);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #open(): Worker {
    const worker = new Worker(this.#file);
    worker.on('message', (result: JobResult) => {
      this.#settle(({ resolve }) => {
        resolve(result);
      });
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#fail(error.stack ?? error.message);
    });
    return worker;
  }

  /** What the thread did is given up with it. */
  #fail(error: string): void {
    void this.#worker.terminate();
    this.#worker = this.#open();
    this.#settle(({ job: { what }, resolve }) => {
      const scenario = 'scenario' in what ? what.scenario : generateScenario(what);
      resolve({ scenario, verdict: undefined, error });
    });
  }
}
