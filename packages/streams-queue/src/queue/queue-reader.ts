import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { backoffMs } from '@a2a-redis/core/shared';
import { type ChannelHub, decodeEvent, queueEventsLost } from '@a2a-redis/core/queue-manager';

import type {
  DirectQueueLog,
  GroupPosition,
  QueueMember,
  StoredEvent,
} from './direct-queue-log.ts';
import { EventRenewal } from './event-renewal.ts';
import { HeldEvents } from './held-events.ts';
import { eventsSetAside, isPassing } from './queue-faults.ts';
import { WaitingReads } from './waiting-reads.ts';

/** How many events are read in one call. */
const MOST_AT_ONCE = 64;
/** The longest pause between two looks of a reader that waits, in milliseconds. */
const LONGEST_LOOK_MS = 10_000;

/** What a reader works with. */
export interface ReaderParts {
  readonly log: DirectQueueLog;
  readonly member: QueueMember;
  /** Where its group stands. */
  readonly position: GroupPosition;
  readonly hub: ChannelHub;
  readonly onError: (error: unknown) => void;
}

/**
 * Reads for all that wait on one queue object: one call at a time, woken by messages on the queue's
 * channel, so that waiting takes no connection. Looks by itself now and then: messages can be lost,
 * and events of a consumer that died are announced by nobody.
 */
export class QueueReader {
  readonly held: HeldEvents = new HeldEvents();
  readonly #log: DirectQueueLog;
  readonly #member: QueueMember;
  readonly #hub: ChannelHub;
  readonly #onError: (error: unknown) => void;
  readonly #renewal: EventRenewal;
  readonly #waiting: WaitingReads;
  #position: GroupPosition;
  /** Counts up when a call was answered: one without an answer is made again, and gives the same. */
  #call = 1;
  #failures = 0;
  #pumping: Promise<void> | undefined;
  #isWoken = false;
  #rouse: (() => void) | undefined;
  #stopResuming: (() => void) | undefined;
  #hasSubscribed = false;
  #isClosed = false;

  constructor({ log, member, position, hub, onError }: ReaderParts) {
    this.#log = log;
    this.#member = member;
    this.#position = position;
    this.#hub = hub;
    this.#onError = onError;
    this.#renewal = new EventRenewal(log, member, this.held, onError);
    this.#waiting = new WaitingReads(log.keys.queueId);
  }

  /** The next event; `undefined` where there is none and the read does not wait. */
  async next(noWait: boolean, signal?: AbortSignal): Promise<AgentExecutionEvent | undefined> {
    const read = this.#waiting.add(noWait, signal);
    this.#wake();
    return read;
  }

  /** Ends all reads with a fault; resolves when no call is under way. */
  async close(fault: Error): Promise<void> {
    this.#isClosed = true;
    this.#renewal.stop();
    this.#stopResuming?.();
    this.#hub.leave(this.#log.keys.channel, this.#wake);
    this.#waiting.rejectAll(fault);
    this.#rouse?.();
    await this.#pumping;
  }

  readonly #wake = (): void => {
    this.#isWoken = true;
    this.#rouse?.();
    if (this.#waiting.size === 0 || this.#isClosed) return;
    this.#pumping ??= this.#pump();
  };

  async #pump(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#isClosed) {
      this.#isWoken = false;
      const asked = this.#waiting.all();
      try {
        const isDry = await this.#readOnce(Math.min(asked.length, MOST_AT_ONCE));
        this.#failures = 0;
        if (!isDry) continue;
        this.#waiting.dismiss(asked);
      } catch (error) {
        this.#failures += 1;
        if (!isPassing(error)) {
          this.#waiting.rejectAll(error);
          break;
        }
        if (!this.#waiting.rejectImpatient(asked, error)) this.#onError(error);
      }
      this.#subscribe();
      if (this.#waiting.size > 0) await this.#pause();
    }
    this.#pumping = undefined;
  }

  /** Returns whether the queue had less than was asked for. */
  async #readOnce(count: number): Promise<boolean> {
    const { keys } = this.#log;
    const reply = await this.#log.read(this.#member, this.#call, count, this.#position);
    this.#call += 1;
    if (reply.position.epoch !== this.#position.epoch) {
      this.#onError(queueEventsLost(keys.queueId, 'Redis lost the queue, and it has begun anew'));
    }
    this.#position = reply.position;
    if (reply.lost > 0) {
      const reason = `${reply.lost} were trimmed before they were processed`;
      this.#onError(queueEventsLost(keys.queueId, reason));
    }
    if (reply.setAside > 0) {
      const what = `${reply.setAside} that nobody acknowledged`;
      this.#onError(eventsSetAside(keys.queueId, what));
    }
    this.#handOut(reply.events);
    // What was dropped took the place of what may come behind it.
    return reply.events.length < count && reply.setAside === 0 && reply.lost === 0;
  }

  #handOut(events: readonly StoredEvent[]): void {
    const unwanted: string[] = [];
    for (const { id, stored } of events) {
      // One that this reader still works on; taking it anew was only a sign of life.
      if (this.held.has(id)) continue;
      const event = decodeEvent(stored);
      if (event === undefined) {
        this.#setAside(id);
      } else if (this.#isClosed || !this.#waiting.give(event)) {
        unwanted.push(id);
      } else {
        this.held.add(id, event);
      }
    }
    this.#renewal.start();
    // On close, all goes back with the consumer.
    if (unwanted.length === 0 || this.#isClosed) return;
    this.#log.giveBack(this.#member, unwanted, true).catch(this.#onError);
  }

  #setAside(id: string): void {
    const what = `event ${id}, which cannot be read`;
    this.#onError(eventsSetAside(this.#log.keys.queueId, what));
    this.#log.setAside(this.#member, id).catch(this.#onError);
  }

  /** Subscribes once it is worth it: a reader that never waits needs no messages. */
  #subscribe(): void {
    if (this.#hasSubscribed || this.#isClosed || this.#waiting.size === 0) return;
    this.#hasSubscribed = true;
    this.#stopResuming = this.#hub.onResumed(() => {
      this.#wake();
    });
    this.#hub.join(this.#log.keys.channel, this.#wake).then(this.#wake, (error: unknown) => {
      this.#waiting.rejectAll(error);
      this.#rouse?.();
    });
  }

  /** Waits for a reason to look again. */
  async #pause(): Promise<void> {
    if (this.#isWoken || this.#isClosed) return;
    const { runtime, limits } = this.#log;
    const lookMs = Math.min(LONGEST_LOOK_MS, limits.reclaimIdleMs / 2);
    const random = runtime.random();
    const pauseMs =
      this.#failures > 0
        ? backoffMs(this.#failures, 50, 2000, random)
        : lookMs * (0.75 + random / 2);
    await new Promise<void>((resolve) => {
      const timer = runtime.setTimer(resolve, pauseMs);
      timer.unref();
      this.#rouse = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#rouse = undefined;
  }
}
