import type { EventTransport, TaskFeed, TaskFollower } from '../events/event-transport.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { RedisTaskState } from '../state/task-state.ts';

/** What all replicas publish of a task: followed from the moment at which anybody here wants it. */
export class BusFeed {
  readonly #transport: Pick<EventTransport, 'follow'>;
  readonly #task: TaskAddress;
  readonly #follower: TaskFollower;
  #feed: TaskFeed | undefined;

  constructor(
    transport: Pick<EventTransport, 'follow'>,
    task: TaskAddress,
    follower: TaskFollower,
  ) {
    this.#transport = transport;
    this.#task = task;
    this.#follower = follower;
  }

  /** When anything of the task was heard last, on the clock of the runtime. */
  get heardAt(): number {
    return this.#feed?.heardAt ?? 0;
  }

  /** Begins to follow, where it does not. */
  follow(): TaskFeed {
    this.#feed ??= this.#transport.follow(this.#task, this.#follower);
    return this.#feed;
  }

  /** See `TaskFeed`. */
  async check(state: RedisTaskState): Promise<void> {
    await this.#feed?.check(state);
  }

  /** See `TaskFeed`. */
  async resume(): Promise<void> {
    await this.#feed?.resume();
  }

  /** Stops following; may be begun anew. */
  close(): void {
    this.#feed?.close();
    this.#feed = undefined;
  }
}
