import { A2ARedisError } from '@a2a-redis/core';
import { backoffMs, type Runtime, sleep } from '@a2a-redis/core/shared';
import {
  END_OF_EVENTS,
  isTaskOver,
  type RedisTaskState,
  type TaskAddress,
  type TaskFeed,
  type TaskFollower,
  unreadableMessage,
} from '@a2a-redis/core/queue-manager';

import { type ChannelMessage, parseMessage } from './channel-message.ts';

/** How long an announcement is waited for before another one is asked for, in milliseconds. */
const ANNOUNCEMENT_MS = 2000;

type EventsMessage = Extract<ChannelMessage, { readonly kind: 'events' }>;
type PositionMessage = Extract<ChannelMessage, { readonly kind: 'position' }>;

/** What a feed needs. */
export interface FeedParts {
  readonly runtime: Runtime;
  /** Resolves when the subscription is confirmed. */
  readonly join: (listener: (message: string) => void) => Promise<void>;
  readonly leave: (listener: (message: string) => void) => void;
  /** Has the position announced on the channel. */
  readonly announce: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a task's channel: hands on each event once, in its publisher's order, and tells where some
 * were lost.
 *
 * Messages of one channel come in the order in which they were published, or not at all. So a jump
 * in a publisher's counters is a loss, and so is an announced position beyond what came before it.
 */
export class PubSubFeed implements TaskFeed {
  readonly ready: Promise<void>;
  readonly #task: TaskAddress;
  readonly #follower: TaskFollower;
  readonly #parts: FeedParts;
  /** The counter of the last event of each publisher. */
  readonly #seen = new Map<string, number>();
  /** Whether the first position was heard, from which on all publishers are known. */
  #isPlaced = false;
  /** Whether events of others may be to come, so that their end is expected. */
  #isLive = false;
  #heardAt = 0;
  #isClosed = false;
  #release: () => void = () => {};
  #placing: Promise<void> | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(task: TaskAddress, follower: TaskFollower, parts: FeedParts) {
    this.#task = task;
    this.#follower = follower;
    this.#parts = parts;
    this.ready = new Promise((resolve, reject) => {
      this.#start().then(resolve, reject);
      this.#release = resolve;
    });
    // Who awaits it is told; nobody need.
    this.ready.catch(() => undefined);
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  async check(state?: RedisTaskState): Promise<void> {
    if (!this.#isPlaced || this.#isClosed) return;
    if (state !== undefined && !this.#seemsBehind(state)) {
      this.#heardAt = this.#parts.runtime.now();
      return;
    }
    // While nothing comes through, it goes on in the background.
    const pause = sleep(this.#parts.runtime, ANNOUNCEMENT_MS, { ref: false });
    await Promise.race([this.#place(), pause]);
  }

  /** Finds out what was lost while the connection was. */
  async resume(): Promise<void> {
    this.#follower.onRequest();
    await this.check();
  }

  close(): void {
    this.#isClosed = true;
    this.#parts.leave(this.#onMessage);
    this.#release();
    this.#wake();
  }

  async #start(): Promise<void> {
    await this.#parts.join(this.#onMessage);
    await this.#place();
  }

  /** Resolves when a position was announced and heard, as often as it takes. */
  async #place(): Promise<void> {
    this.#placing ??= this.#announce().finally(() => {
      this.#placing = undefined;
    });
    await this.#placing;
  }

  async #announce(): Promise<void> {
    const { runtime, announce, onError } = this.#parts;
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      const heard = this.#nextPosition();
      try {
        await announce();
        if (await heard) return;
      } catch (error) {
        if (error instanceof A2ARedisError && error.code === 'CLIENT_CLOSED') throw error;
        onError(error);
        await sleep(runtime, backoffMs(attempt, 50, 2000, runtime.random()), { ref: false });
      }
    }
  }

  /** Whether a position is heard in time. */
  async #nextPosition(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isHeard: boolean): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        resolve(isHeard);
      };
      const wake = (): void => {
        settle(true);
      };
      const timer = this.#parts.runtime.setTimer(() => {
        settle(false);
      }, ANNOUNCEMENT_MS);
      timer.unref();
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  readonly #onMessage = (text: string): void => {
    if (this.#isClosed) return;
    const message = parseMessage(text);
    if (message === undefined) {
      // Were there events in it, the next message or look finds that they did not come.
      this.#parts.onError(unreadableMessage(this.#task));
      return;
    }
    this.#heardAt = this.#parts.runtime.now();
    if (message.kind === 'request') {
      this.#follower.onRequest();
    } else if (message.kind === 'position') {
      this.#compare(message);
      this.#wake();
    } else {
      this.#take(message);
    }
  };

  #take({ publisher, firstCounter, bodies }: EventsMessage): void {
    const isOwn = this.#follower.isOwn(publisher);
    for (const [index, body] of bodies.entries()) {
      const counter = firstCounter + index;
      // Before the first position, anybody may have begun long ago.
      const before = this.#seen.get(publisher) ?? (this.#isPlaced ? 0 : counter - 1);
      if (counter <= before) continue;
      this.#seen.set(publisher, counter);
      if (counter > before + 1 && !isOwn) {
        this.#lose(`${counter - before - 1} of them did not come, or could not be sent`);
      }
      if (body === END_OF_EVENTS) this.#isLive = false;
      else if (!isOwn) this.#isLive = true;
      this.#follower.onEvent({ eventId: { publisher, counter }, body });
    }
  }

  #compare({ isOver, counters }: PositionMessage): void {
    let count = 0;
    let hasOthers = false;
    for (const [publisher, counter] of counters) {
      const before = this.#seen.get(publisher) ?? (this.#isPlaced ? 0 : counter);
      this.#seen.set(publisher, Math.max(before, counter));
      if (this.#follower.isOwn(publisher)) continue;
      hasOthers = true;
      count += Math.max(0, counter - before);
    }
    const hasMissedEnd = isOver && this.#isLive;
    this.#isPlaced = true;
    this.#isLive = !isOver && (this.#isLive || hasOthers);
    if (count > 0) this.#lose(`${count} of them did not come`);
    else if (hasMissedEnd) this.#lose('the last of them did not come');
  }

  #seemsBehind(state: RedisTaskState): boolean {
    if (this.#isLive && isTaskOver(state)) return true;
    for (const [publisher, counter] of state.counters) {
      const isOwn = this.#follower.isOwn(publisher);
      if (!isOwn && counter > (this.#seen.get(publisher) ?? 0)) return true;
    }
    return false;
  }

  #lose(reason: string): void {
    const message = `Events of task ${JSON.stringify(this.#task.taskId)} were lost to a subscriber: ${reason}. Subscribe again for a fresh snapshot.`;
    this.#follower.onLoss(new A2ARedisError('EVENTS_LOST', message));
  }
}
