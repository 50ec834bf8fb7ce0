import {
  ChannelFeed,
  type ChannelFeedParts,
  END_OF_EVENTS,
  type EventId,
  type FeedNews,
  isTaskOver,
  type RedisTaskState,
  type TaskAddress,
  type TaskFollower,
} from '@a2a-redis/core/queue-manager';
import { LruMap, sleep } from '@a2a-redis/core/shared';

import { type ChannelMessage, KEPT_EVENT, parseMessage } from './channel-message.ts';
import type { TaskChannel } from './task-channel.ts';

/** How long an announcement is waited for before another one is asked for, in milliseconds. */
const ANNOUNCEMENT_MS = 2000;
/**
 * Of how many publishers the counters are kept. The state of a task names few; anybody who may write to Redis can
 * name any number. One that was forgotten is taken to have lost all before its next event, and the store is asked.
 */
const MOST_PUBLISHERS = 1000;
/** How much may come in while a long event is fetched. What comes then is taken to be lost. */
const MOST_HELD = 10_000;

type EventsMessage = Extract<ChannelMessage, { readonly kind: 'events' }>;
type LongMessage = Extract<ChannelMessage, { readonly kind: 'long' }>;
type PositionMessage = Extract<ChannelMessage, { readonly kind: 'position' }>;

/** What a feed is going to tell: an event that is kept elsewhere is fetched first. */
type UntoldNews = FeedNews | { readonly kind: 'kept'; readonly eventId: EventId };

/** What a feed needs. */
export interface PubSubFeedParts extends ChannelFeedParts {
  readonly channel: Pick<TaskChannel, 'announcePosition' | 'kept'>;
}

/**
 * Follows a task's channel: hands on each event once, in its publisher's order, and tells where some
 * were lost.
 *
 * Messages of one channel come in the order in which they were published, or not at all. So a jump
 * in a publisher's counters is a loss, and so is an announced position beyond what came before it.
 */
export class PubSubFeed extends ChannelFeed<EventsMessage | LongMessage | PositionMessage> {
  readonly #channel: PubSubFeedParts['channel'];
  /** The counter of the last event of each publisher. */
  readonly #seen = new LruMap<number>(MOST_PUBLISHERS);
  /** Whether the first position was heard, from which on all publishers are known. */
  #isPlaced = false;
  /** Whether events of others may be to come, so that their end is expected. */
  #isLive = false;
  #placing: Promise<void> | undefined;
  /** While an event is fetched, what comes after it. */
  #held: UntoldNews[] | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(task: TaskAddress, follower: TaskFollower, parts: PubSubFeedParts) {
    super(task, follower, parts);
    this.#channel = parts.channel;
  }

  override async check(state?: RedisTaskState): Promise<void> {
    if (!this.#isPlaced || this.isClosed) return;
    if (state !== undefined && !this.#seemsBehind(state)) {
      this.noteHeard();
      return;
    }
    // While nothing comes through, it goes on in the background.
    const pause = sleep(this.runtime, ANNOUNCEMENT_MS, { ref: false });
    await Promise.race([this.place(), pause]);
  }

  /** Finds out what was lost while the connection was. */
  override async resume(): Promise<void> {
    this.follower.onNews({ kind: 'request' });
    await this.check();
  }

  override close(): void {
    super.close();
    this.#wake();
  }

  protected override parse(text: string): ChannelMessage | undefined {
    return parseMessage(text);
  }

  protected override take(news: EventsMessage | LongMessage | PositionMessage): void {
    if (news.kind === 'position') {
      this.#compare(news);
      this.#wake();
    } else if (news.kind === 'long') {
      this.#takeLong(news);
    } else {
      this.#takeEvents(news);
    }
  }

  /** Resolves when a position was announced and heard, as often as it takes. */
  protected override async place(): Promise<void> {
    this.#placing ??= this.persist(async () => {
      const heard = this.#nextPosition();
      await this.#channel.announcePosition(this.task);
      return heard;
    }).finally(() => {
      this.#placing = undefined;
    });
    await this.#placing;
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
      const timer = this.runtime.setTimer(() => {
        settle(false);
      }, ANNOUNCEMENT_MS);
      timer.unref();
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #takeEvents({ publisher, firstCounter, bodies }: EventsMessage): void {
    for (const [index, body] of bodies.entries()) {
      const counter = firstCounter + index;
      if (!this.#isNext(publisher, counter)) continue;
      if (body === END_OF_EVENTS) this.#isLive = false;
      else if (!this.follower.isOwn(publisher)) this.#isLive = true;
      const eventId = { publisher, counter };
      if (body !== KEPT_EVENT) this.#tell({ kind: 'event', event: { eventId, body } });
      else if (this.follower.isHeard(publisher)) this.#tell({ kind: 'kept', eventId });
    }
  }

  /** Tells news after all that came before. */
  #tell(news: UntoldNews): void {
    if (this.#held === undefined && news.kind !== 'kept') {
      this.follower.onNews(news);
      return;
    }
    const isFirst = this.#held === undefined;
    const held = (this.#held ??= []);
    if (held.length < MOST_HELD) held.push(news);
    else if (held.length === MOST_HELD) held.push(this.#missed('too many came at once'));
    if (isFirst) void this.#tellHeld(held);
  }

  /** Tells what waits for an event that is fetched, until nothing does. Never rejects. */
  async #tellHeld(held: UntoldNews[]): Promise<void> {
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      const news = next.kind === 'kept' ? await this.#fetched(next.eventId) : next;
      if (this.isClosed) return;
      try {
        this.follower.onNews(news);
      } catch (error) {
        this.onError(error);
      }
    }
    this.#held = undefined;
  }

  /** An event that was too long for a message. */
  async #fetched(eventId: EventId): Promise<FeedNews> {
    try {
      const body = await this.#channel.kept(this.task, eventId);
      if (body !== undefined) return { kind: 'event', event: { eventId, body } };
    } catch (error) {
      this.onError(error);
    }
    return this.#missed('one was too long for a message, and could not be fetched');
  }

  /** The record has them. */
  #takeLong({ publisher, firstCounter, count, isEnd }: LongMessage): void {
    const end = firstCounter + count;
    const isNew = this.#isNext(publisher, firstCounter, end - 1);
    if (isNew && !this.follower.isOwn(publisher)) this.#isLive = true;
    if (isNew && this.follower.isHeard(publisher)) {
      const error = this.lost('they are too long for a message, and no store has them');
      this.#tell({ kind: 'stored', error });
    }
    if (!isEnd) return;
    this.#takeEvents({ kind: 'events', publisher, firstCounter: end, bodies: [END_OF_EVENTS] });
  }

  /** Whether some events, or one, were not all heard before. Where others did not come before them, this is told. */
  #isNext(publisher: string, first: number, last = first): boolean {
    // Before the first position, anybody may have begun long ago.
    const before = this.#seen.get(publisher) ?? (this.#isPlaced ? 0 : first - 1);
    if (last <= before) return false;
    this.#seen.set(publisher, last);
    if (first > before + 1 && this.follower.isHeard(publisher)) {
      this.#lose(`${first - before - 1} of them did not come, or could not be sent`);
    }
    return true;
  }

  #compare({ isOver, counters }: PositionMessage): void {
    let count = 0;
    let hasOthers = false;
    for (const [publisher, counter] of counters) {
      const before = this.#seen.get(publisher) ?? (this.#isPlaced ? 0 : counter);
      this.#seen.set(publisher, Math.max(before, counter));
      hasOthers ||= !this.follower.isOwn(publisher);
      if (this.follower.isHeard(publisher)) count += Math.max(0, counter - before);
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
      const isHeard = this.follower.isHeard(publisher);
      if (isHeard && counter > (this.#seen.get(publisher) ?? 0)) return true;
    }
    return false;
  }

  /** The record of the task may have what the messages brought. */
  #lose(reason: string): void {
    this.#tell(this.#missed(reason));
  }

  #missed(reason: string): FeedNews {
    return { kind: 'missed', error: this.lost(reason) };
  }
}
