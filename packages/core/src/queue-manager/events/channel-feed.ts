import { A2ARedisError } from '../../shared/errors.ts';
import { backOff } from '../../redis/backoff.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { RedisTaskState } from '../state/task-state.ts';
import type { TaskFeed, TaskFollower } from './event-transport.ts';
import { isHopeless, unreadableMessage } from './queue-errors.ts';

/** What channels are listened to through. */
export interface Channels {
  /** Resolves when the subscription is confirmed. */
  join(channel: string, listener: (message: string) => void): Promise<void>;
  leave(channel: string, listener: (message: string) => void): void;
}

/** What feeds need, whatever the messages of their channel say. */
export interface ChannelFeedParts {
  readonly runtime: Runtime;
  readonly hub: Channels;
  readonly onError: (error: unknown) => void;
}

/** A request to cancel a task, or an answer to one: every channel of a task has such messages. */
export interface RequestMessage {
  readonly kind: 'request';
}

/**
 * Follows the channel of a task. What its messages say, from where on none of them is missed, and what is
 * done where one did not come, only the transport knows.
 */
export abstract class ChannelFeed<News extends { readonly kind: string }> implements TaskFeed {
  /** See {@link TaskFeed}. */
  readonly ready: Promise<void>;
  protected readonly task: TaskAddress;
  protected readonly follower: TaskFollower;
  protected readonly runtime: Runtime;
  protected readonly onError: (error: unknown) => void;
  readonly #hub: Channels;
  #heardAt = 0;
  #isClosed = false;
  #release: () => void = () => {};

  constructor(
    task: TaskAddress,
    follower: TaskFollower,
    { runtime, hub, onError }: ChannelFeedParts,
  ) {
    this.task = task;
    this.follower = follower;
    this.runtime = runtime;
    this.onError = onError;
    this.#hub = hub;
    this.ready = new Promise((resolve, reject) => {
      this.#start().then(resolve, reject);
      this.#release = resolve;
    });
    // Who awaits it is told; nobody need.
    this.ready.catch(() => undefined);
  }

  /** See {@link TaskFeed}. */
  get heardAt(): number {
    return this.#heardAt;
  }

  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  /** See {@link TaskFeed}. */
  abstract check(state?: RedisTaskState): Promise<void>;

  /** See {@link TaskFeed}. */
  abstract resume(): Promise<void>;

  /** See {@link TaskFeed}. */
  close(): void {
    this.#isClosed = true;
    this.#hub.leave(this.task.channel, this.#onMessage);
    this.#release();
  }

  /** Reads a message; `undefined` for one that nothing here wrote. */
  protected abstract parse(text: string): News | RequestMessage | undefined;

  /** Takes what a message tells of events. Some may come before the feed is placed. */
  protected abstract take(news: News): void;

  /** Finds out from where on nothing is missed; messages come in by then. */
  protected abstract place(): Promise<void>;

  /** As much is known of the task as a message would tell. */
  protected noteHeard(): void {
    this.#heardAt = this.runtime.now();
  }

  /**
   * Tries until it is done, or the feed is closed. What fails is reported.
   *
   * @throws {A2ARedisError} `CLIENT_CLOSED`, or what Redis refuses for good.
   */
  protected async persist(isDone: () => Promise<boolean>): Promise<void> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        if (await isDone()) return;
      } catch (error) {
        if (isHopeless(error)) throw error;
        this.onError(error);
        await backOff(this.runtime, attempt, 50, 2000);
      }
    }
  }

  /** What a subscriber is told of events that did not come. */
  protected lost(reason: string): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `Events of task ${JSON.stringify(this.task.taskId)} were lost to a subscriber: ${reason}. Subscribe again for a fresh snapshot.`,
    );
  }

  async #start(): Promise<void> {
    await this.#hub.join(this.task.channel, this.#onMessage);
    await this.place();
  }

  readonly #onMessage = (text: string): void => {
    if (this.#isClosed) return;
    const message = this.parse(text);
    if (message === undefined) {
      // Were there events in it, the next message or look finds that they did not come.
      this.onError(unreadableMessage(this.task));
      return;
    }
    this.noteHeard();
    if (isRequest(message)) this.follower.onNews(message);
    else this.take(message);
  };
}

function isRequest(message: { readonly kind: string }): message is RequestMessage {
  return message.kind === 'request';
}
