import type { ServerCallContext } from '@a2a-js/sdk/server';

import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { EventId } from '../../event-ids/event-id.ts';
import type { EventFate } from '../../event-ids/event-writing-store.ts';
import { LruMap } from '../../shared/lru-map.ts';

/** Of how many runs that others have ended it is remembered that nothing of theirs is stored. */
const MOST_REFUSED = 1000;

/** How many requests of one context may be storing events, each of another task. */
const MOST_READERS = 1000;

/** How many events are remembered that were given up: requests may be so far behind. */
const MOST_LOST = 10_000;

/** An event that is stored by nobody, though requests have heard of it. */
export interface UnstoredEvent {
  readonly counter: number;
  readonly fate: 'lost' | 'refused';
}

/** Where a request stands that stores a run's events one by one. */
interface Reader {
  readonly run: string;
  /** The counter of the event that it stored last. */
  counter: number;
}

/**
 * What publishers of this process write themselves: their requests, which store the same events one by
 * one, wait for that, and send nothing.
 */
export class PublishedEvents {
  /** By run and record, the events that are not settled, by counter, ascending. */
  readonly #runs = new Map<string, Map<number, Promise<EventFate>>>();
  /** By run, the counter of its first event that was refused: so are all that come after it. */
  readonly #refused = new LruMap<number>(MOST_REFUSED);
  readonly #lost = new LruMap<true>(MOST_LOST);
  /** By run and record, the last event of which requests have heard in vain. */
  readonly #unstored = new LruMap<UnstoredEvent>(MOST_REFUSED);
  /** By run and record, why its last event was lost. */
  readonly #causes = new LruMap<unknown>(MOST_REFUSED);
  /** By the request's context and the record's key: many requests may share a context. */
  readonly #readers = new WeakMap<ServerCallContext, LruMap<Reader>>();

  /** Announces an event; returns what says what became of it, and why it was lost where that is known. */
  expect(key: string, { publisher, counter }: EventId): (fate: EventFate, cause?: unknown) => void {
    const id = `${publisher} ${key}`;
    const run = this.#runs.get(id) ?? new Map<number, Promise<EventFate>>();
    this.#runs.set(id, run);
    let settle: ((fate: EventFate) => void) | undefined;
    const fate = new Promise<EventFate>((resolve) => {
      settle = resolve;
    });
    run.set(counter, fate);
    return (became, cause) => {
      run.delete(counter);
      if (run.size === 0 && this.#runs.get(id) === run) this.#runs.delete(id);
      if (became === 'refused' || became === 'dropped') {
        this.#refused.set(publisher, Math.min(this.#refused.get(publisher) ?? counter, counter));
      }
      if (became === 'lost') this.#lost.set(`${counter} ${id}`, true);
      if (became === 'lost' && cause !== undefined) this.#causes.set(id, cause);
      if (became === 'refused' || became === 'lost') {
        this.#unstored.set(id, { counter, fate: became });
      }
      settle?.(became);
    };
  }

  /** What becomes of an event; `undefined` where no publisher of this process is writing it. */
  fate(key: string, { publisher, counter }: EventId): Promise<EventFate> | undefined {
    const id = `${publisher} ${key}`;
    const expected = this.#runs.get(id)?.get(counter);
    if (expected !== undefined) return expected;
    if (this.#lost.has(`${counter} ${id}`)) return Promise.resolve('lost');
    const isRefused = counter >= (this.#refused.get(publisher) ?? Number.POSITIVE_INFINITY);
    return isRefused ? Promise.resolve('refused') : undefined;
  }

  /** Why events of a run were lost; `undefined` where that is not known. */
  causeOf(key: string, { publisher }: Pick<EventId, 'publisher'>): unknown {
    return this.#causes.get(`${publisher} ${key}`);
  }

  /** What a request that stands there is going to store, and is not stored; `undefined` for nothing. */
  unstored(key: string, { publisher, counter }: EventId): UnstoredEvent | undefined {
    const event = this.#unstored.get(`${publisher} ${key}`);
    return event !== undefined && event.counter > counter ? event : undefined;
  }

  /**
   * Says that a request executes, and stores a run's events from here on.
   *
   * @param counter The counter of the run's last event before that.
   */
  begin(key: string, context: ServerCallContext, run: string, counter: number): void {
    const readers = this.#readers.get(context) ?? new LruMap<Reader>(MOST_READERS);
    readers.set(key, { run, counter });
    this.#readers.set(context, readers);
  }

  /** Says that a request stores no more events. */
  end(key: string, context: ServerCallContext): void {
    this.#readers.get(context)?.delete(key);
  }

  /** Says that a request has stored an event. */
  advance(key: string, context: ServerCallContext, { publisher, counter }: EventId): void {
    const reader = this.#readers.get(context)?.get(key);
    if (reader?.run === publisher) reader.counter = Math.max(reader.counter, counter);
  }

  /**
   * Where a request stands, once the event that it stores next is settled, if there is one. `undefined`
   * for one that stores no events.
   */
  reader(key: string, context: ServerCallContext): Promise<EventId> | undefined {
    const reader = this.#readers.get(context)?.get(key);
    return reader && this.#settled(key, reader);
  }

  /** Whether a task holds events of its run that a request there has not stored yet. */
  isBehind(key: string, context: ServerCallContext, applied: AppliedEvents): boolean {
    const reader = this.#readers.get(context)?.get(key);
    return reader !== undefined && (applied.ranges(reader.run).at(-1)?.last ?? 0) > reader.counter;
  }

  async #settled(key: string, { run, counter }: Reader): Promise<EventId> {
    for (const [expected, fate] of this.#runs.get(`${run} ${key}`) ?? []) {
      if (expected <= counter) continue;
      await fate;
      break;
    }
    return { publisher: run, counter };
  }
}
