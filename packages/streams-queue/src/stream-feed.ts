import { A2ARedisError } from '@a2a-redis/core';
import { backoffMs, type Runtime, sleep } from '@a2a-redis/core/shared';
import {
  type TaskAddress,
  type TaskFeed,
  type TaskFollower,
  unreadableMessage,
} from '@a2a-redis/core/queue-manager';

import { type LogEntry, parseMessage, sequenceOf } from './log-message.ts';
import type { LogPosition, StreamLog } from './stream-log.ts';

/** How many entries are read at once. */
const ENTRIES_PER_READ = 256;

/** What a feed needs beside the log. */
export interface FeedParts {
  readonly runtime: Runtime;
  readonly log: Pick<StreamLog, 'position' | 'after'>;
  /** Resolves when the subscription is confirmed. */
  readonly join: (channel: string, listener: (message: string) => void) => Promise<void>;
  readonly leave: (channel: string, listener: (message: string) => void) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a task's log: by messages while they follow one another, by reading the log wherever they
 * do not, so that each entry is handed on once and in order.
 *
 * It subscribes, then notes where the log stands, and drops the messages up to there.
 */
export class StreamFeed implements TaskFeed {
  readonly ready: Promise<void>;
  readonly #task: TaskAddress;
  readonly #parts: FeedParts;
  readonly #follower: TaskFollower;
  /** Where the feed stands; absent until it knows where the log stood when it began. */
  #position: LogPosition | undefined;
  /** Messages that came before the position was known. */
  readonly #early: string[] = [];
  /** The newest sequence that was announced. */
  #announced = 0;
  #heardAt = 0;
  #reading: Promise<void> | undefined;
  #isClosed = false;
  #release: () => void = () => {};

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

  async check(state?: { readonly epoch: string; readonly last: string }): Promise<void> {
    if (this.#position === undefined || this.#isClosed) return;
    const found = state ?? (await this.#parts.log.position(this.#task));
    const last = sequenceOf('id' in found ? found.id : found.last);
    this.#heardAt = this.#parts.runtime.now();
    if (found.epoch === '' || last === undefined) return;
    this.#look(found.epoch, last);
    await this.#reading;
  }

  /** The log has what the messages said that were lost. */
  async resume(): Promise<void> {
    await this.check();
  }

  close(): void {
    this.#isClosed = true;
    this.#parts.leave(this.#task.channel, this.#onMessage);
    this.#release();
  }

  async #start(): Promise<void> {
    const { runtime, log, join, onError } = this.#parts;
    await join(this.#task.channel, this.#onMessage);
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        this.#position = await log.position(this.#task);
        this.#announced = this.#position.sequence;
        for (const message of this.#early.splice(0)) this.#onMessage(message);
        return;
      } catch (error) {
        if (error instanceof A2ARedisError && error.code === 'CLIENT_CLOSED') throw error;
        onError(error);
        await sleep(runtime, backoffMs(attempt, 50, 2000, runtime.random()), { ref: false });
      }
    }
  }

  readonly #onMessage = (text: string): void => {
    if (this.#isClosed) return;
    const message = parseMessage(text);
    if (message === undefined) {
      // What it announced is in the log, and found at the next message or look.
      this.#parts.onError(unreadableMessage(this.#task));
      return;
    }
    this.#heardAt = this.#parts.runtime.now();
    if (message.kind === 'request') {
      this.#follower.onRequest();
    } else if (this.#position === undefined) {
      this.#early.push(text);
    } else if (message.kind === 'look') {
      this.#look(message.epoch, message.last);
    } else {
      this.#take(message.epoch, message.entries);
    }
  };

  /** Takes entries that came with a message, if they follow on; otherwise reads what is between. */
  #take(epoch: string, entries: readonly LogEntry[]): void {
    const position = this.#positionIn(epoch);
    const next = entries.find(({ sequence }) => sequence > position.sequence);
    if (next === undefined) return;
    this.#announced = Math.max(this.#announced, entries.at(-1)?.sequence ?? 0);
    if (this.#reading !== undefined || next.sequence !== position.sequence + 1) {
      this.#read();
      return;
    }
    for (const entry of entries) {
      if (entry.sequence > position.sequence) this.#handOn(entry);
    }
  }

  #look(epoch: string, last: number): void {
    const { sequence } = this.#positionIn(epoch);
    if (last <= sequence) return;
    this.#announced = Math.max(this.#announced, last);
    this.#read();
  }

  /** Where the feed stands in this epoch: at its beginning, where it is a new one. */
  #positionIn(epoch: string): LogPosition {
    const position = this.#position;
    if (position?.epoch === epoch) return position;
    const begun = { epoch, sequence: 0, id: '0-0' };
    this.#position = begun;
    this.#announced = 0;
    // An empty epoch is one in which nothing was published yet.
    if (position !== undefined && position.epoch !== '') {
      this.#lose('its log was lost and has begun anew');
    }
    return begun;
  }

  #read(): void {
    this.#reading ??= this.#readOn()
      .catch(this.#parts.onError)
      .finally(() => {
        this.#reading = undefined;
      });
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const from = this.#position;
      if (from === undefined || this.#isClosed || from.sequence >= this.#announced) return;
      const entries = await this.#parts.log.after(this.#task, from.id, ENTRIES_PER_READ);
      // Read in one epoch, met in another: what was read is of the old one. And whoever closed the feed
      // may follow the task anew, from a later entry on.
      if (this.#isClosed || this.#position?.epoch !== from.epoch) continue;
      const first = entries[0];
      if (first === undefined) {
        this.#position = { ...from, sequence: this.#announced };
        this.#lose('its log no longer holds them');
        return;
      }
      if (first.sequence > from.sequence + 1) this.#lose('its log was trimmed beyond them');
      for (const entry of entries) this.#handOn(entry);
    }
  }

  #handOn(entry: LogEntry): void {
    const { epoch = '' } = this.#position ?? {};
    this.#position = { epoch, sequence: entry.sequence, id: entry.id };
    if (entry.body.startsWith('g')) {
      this.#lose(`its publisher could not send ${entry.body.slice(1)} of them`);
    } else {
      this.#follower.onEvent(entry);
    }
  }

  #lose(reason: string): void {
    const message = `Events of task ${JSON.stringify(this.#task.taskId)} were lost to a subscriber: ${reason}. Subscribe again for a fresh snapshot.`;
    this.#follower.onLoss(new A2ARedisError('EVENTS_LOST', message));
  }
}
