import type { BusServices } from './bus-services.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { isTaskOver, type RedisTaskState } from '../state/task-state.ts';
import { type RunNews, TaskRun } from './task-run.ts';

/** How many runs of its own a bus knows. */
const MOST_NAMES = 8;

/** The runs of a task on one bus, one after the other. */
export class BusRuns {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #onNews: (news: RunNews) => void;
  /** Their names, the latest last. */
  readonly #names: string[] = [];
  /** Runs before the present one, until all that they published is with Redis and they are paused. */
  #earlier: readonly TaskRun[] = [];
  #present: TaskRun;

  /**
   * @param onNews Called with what becomes of the present run where others end it.
   * @param earlier A run of another bus of the task here, whose events go out first.
   */
  constructor(
    task: TaskAddress,
    services: BusServices,
    onNews: (news: RunNews) => void,
    earlier: TaskRun | undefined,
  ) {
    this.#task = task;
    this.#services = services;
    this.#onNews = onNews;
    this.#present = this.#make(earlier);
  }

  get present(): TaskRun {
    return this.#present;
  }

  /** Those whose events may not all be with Redis, in their order. */
  all(): readonly TaskRun[] {
    return [...this.#earlier, this.#present];
  }

  /** Whether a publisher is one of them, or was: the last events of some may still be on their way to here. */
  has(publisher: string): boolean {
    return this.#names.includes(publisher);
  }

  /** Whether events are not with Redis yet, or not in the task. */
  get isSending(): boolean {
    return this.all().some(({ isSending }) => isSending);
  }

  /** How many events they published. */
  get counter(): number {
    return this.all().reduce((sum, { publisher }) => sum + publisher.counter, 0);
  }

  /** Makes sure that the task can be executed under the present one. */
  next(): void {
    if (this.#present.canGoOn) return;
    const earlier = this.#present;
    this.#earlier = this.all();
    this.#present = this.#make(earlier);
    void earlier.over().then(() => {
      this.#earlier = this.#earlier.filter((each) => each !== earlier);
      return undefined;
    });
  }

  /** The name of a replica was given up: its runs were ended, or are about to be. */
  lose(replica: string): void {
    for (const run of this.all()) {
      if (run.isKnown && replicaOf(run.name) === replica) run.fence('fenced');
    }
  }

  /** Looks whether others have ended the present one, which learns of it with its next event otherwise. */
  look(state: Pick<RedisTaskState, 'phase' | 'fenced'>): void {
    if (!state.fenced.has(this.#present.name)) return;
    this.#present.fence(isTaskOver(state) ? 'over' : 'fenced');
  }

  /** Pauses the present one. */
  async pause(): Promise<void> {
    await this.#present.pause();
  }

  /** Resolves when all that was published is with Redis, or was given up. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map(async (run) => run.settled()));
  }

  /** Resolves when all that was published so far is with Redis, or was given up. */
  async sent(): Promise<void> {
    await Promise.all(this.all().map(async ({ publisher }) => publisher.sent()));
  }

  /** Where requests store what they hear: stores now what they have not stored. */
  async store(): Promise<void> {
    await Promise.all(this.all().map(async ({ publisher }) => publisher.flush()));
  }

  /** Gives up what is not with Redis yet, and sends nothing more. */
  stop(): void {
    for (const run of this.all()) run.stop();
  }

  #make(earlier: TaskRun | undefined): TaskRun {
    const run = new TaskRun(this.#task, this.#services, earlier, (news) => {
      const isPresent = run === this.#present;
      if (news.kind === 'settled') this.#onNews({ ...news, isIdle: news.isIdle && isPresent });
      else if (isPresent) this.#onNews(news);
    });
    this.#names.push(run.name);
    if (this.#names.length > MOST_NAMES) this.#names.shift();
    return run;
  }
}
