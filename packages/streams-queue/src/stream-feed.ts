import {
  ChannelFeed,
  type ChannelFeedParts,
  isRefusal,
  type RedisTaskState,
  type TaskAddress,
  type TaskFollower,
} from '@a2a-redis/core/queue-manager';

import {
  isAfter,
  type LogEntry,
  type LogMessage,
  parseMessage,
  sequenceOf,
} from './log-message.ts';
import { type LogPosition, notedPosition, type StreamLog } from './stream-log.ts';

/** How many entries are read at once. */
const ENTRIES_PER_READ = 256;
/** Before the first entry of a log. */
const BEGINNING = '0-0';

/** What a feed needs. */
export interface StreamFeedParts extends ChannelFeedParts {
  readonly log: Pick<StreamLog, 'position' | 'after'>;
}

/** What a message tells of the log. */
type NewsOfLog = Exclude<LogMessage, { readonly kind: 'request' }>;

/**
 * Follows a task's log: by messages while they follow one another, by reading the log wherever they
 * do not, so that each entry is handed on once and in order.
 *
 * It subscribes, then notes where the log stands, and drops the messages up to there.
 */
export class StreamFeed extends ChannelFeed<NewsOfLog> {
  readonly #log: StreamFeedParts['log'];
  /** Where the feed stands; absent until it knows where the log stood when it began. */
  #position: LogPosition | undefined;
  /** What came before the position was known. */
  readonly #early: NewsOfLog[] = [];
  /** The newest entry that was announced. */
  #announced = BEGINNING;
  #reading: Promise<void> | undefined;

  constructor(task: TaskAddress, follower: TaskFollower, parts: StreamFeedParts) {
    super(task, follower, parts);
    this.#log = parts.log;
  }

  override async check(state?: Pick<RedisTaskState, 'noted'>): Promise<void> {
    if (this.#position === undefined || this.isClosed) return;
    const found = state === undefined ? await this.#log.position(this.task) : notedPosition(state);
    this.noteHeard();
    if (found.epoch === '') return;
    this.#look(found.epoch, found.id);
    await this.#reading;
  }

  /** The log has what the messages said that were lost. */
  override async resume(): Promise<void> {
    await this.check();
  }

  protected override parse(text: string): LogMessage | undefined {
    return parseMessage(text);
  }

  protected override take(news: NewsOfLog): void {
    if (this.#position === undefined) this.#early.push(news);
    else if (news.kind === 'look') this.#look(news.epoch, news.last);
    else this.#takeEntries(news);
  }

  protected override async place(): Promise<void> {
    await this.persist(async () => {
      this.#position = await this.#log.position(this.task);
      this.#announced = this.#position.id;
      for (const news of this.#early.splice(0)) this.take(news);
      return true;
    });
  }

  /** Takes entries that came with a message, if they follow on; otherwise reads what is between. */
  #takeEntries({ epoch, after, entries }: Extract<NewsOfLog, { readonly kind: 'entries' }>): void {
    const { id } = this.#positionIn(epoch);
    const last = entries.at(-1)?.id ?? BEGINNING;
    if (!isAfter(last, id)) return;
    this.#announce(last);
    const followsOn = after === id || entries.some((entry) => entry.id === id);
    if (this.#reading !== undefined || !followsOn) {
      this.#read();
      return;
    }
    for (const entry of entries) {
      if (isAfter(entry.id, id)) this.#handOn(entry);
    }
  }

  #look(epoch: string, last: string): void {
    if (!isAfter(last, this.#positionIn(epoch).id)) return;
    this.#announce(last);
    this.#read();
  }

  #announce(last: string): void {
    if (isAfter(last, this.#announced)) this.#announced = last;
  }

  /** Where the feed stands in this epoch: at its beginning, where it is a new one. */
  #positionIn(epoch: string): LogPosition {
    const position = this.#position;
    if (position?.epoch === epoch) return position;
    const begun = { epoch, sequence: 0, id: BEGINNING };
    this.#position = begun;
    this.#announced = BEGINNING;
    // An empty epoch is one in which nothing was published yet.
    if (position !== undefined && position.epoch !== '') {
      this.#lose('its log was lost and has begun anew');
    }
    return begun;
  }

  #read(): void {
    this.#reading ??= this.#readOn()
      .catch((error: unknown) => {
        // Subscribers would wait for what nobody can read.
        if (isRefusal(error)) this.follower.onNews({ kind: 'lost', error });
        else this.onError(error);
      })
      .finally(() => {
        this.#reading = undefined;
      });
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const from = this.#position;
      if (from === undefined || this.isClosed || !isAfter(this.#announced, from.id)) return;
      const entries = await this.#log.after(this.task, from.id, ENTRIES_PER_READ);
      // Read in one epoch, met in another: what was read is of the old one. And whoever closed the feed
      // may follow the task anew, from a later entry on.
      if (this.isClosed || this.#position?.epoch !== from.epoch) continue;
      const first = entries[0];
      if (first === undefined) {
        const id = this.#announced;
        this.#position = { epoch: from.epoch, sequence: sequenceOf(id) ?? from.sequence, id };
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
      this.follower.onNews({ kind: 'event', event: entry });
    }
  }

  /** What the log does not have, is nowhere: who subscribes again gets what it keeps. */
  #lose(reason: string): void {
    this.follower.onNews({ kind: 'lost', error: this.lost(reason) });
  }
}
