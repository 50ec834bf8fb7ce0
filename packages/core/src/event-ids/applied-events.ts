import type { EventId } from './event-id.ts';

/** Counters from the first to the last, both among them. */
export interface CounterRange {
  readonly first: number;
  readonly last: number;
}

const NO_RANGES: readonly CounterRange[] = [];

/**
 * Which events a task holds: exactly, not up to the newest, because a listener that joined late may
 * save a later event before an earlier one is saved.
 *
 * Frozen. As text it stays short, since each publisher's events sooner or later follow one another:
 * `<publisher>:1-57,60;<publisher>:1-3`.
 */
export class AppliedEvents {
  /** A task that holds no event with an id. */
  static readonly NONE: AppliedEvents = new AppliedEvents(new Map());

  readonly #ranges: ReadonlyMap<string, readonly CounterRange[]>;

  private constructor(ranges: ReadonlyMap<string, readonly CounterRange[]>) {
    this.#ranges = ranges;
  }

  /** Reads what {@link toString} wrote; `undefined` where it is something else. */
  static parse(text: string): AppliedEvents | undefined {
    if (text === '') return AppliedEvents.NONE;
    const ranges = new Map<string, readonly CounterRange[]>();
    for (const entry of text.split(';')) {
      const [, publisher, list] = /^([\w-]+):([\d,-]+)$/.exec(entry) ?? [];
      const parsed = list?.split(',').map(parseRange);
      if (publisher === undefined || parsed === undefined || ranges.has(publisher))
        return undefined;
      const sorted = parsed.filter((range) => range !== undefined);
      if (sorted.length < parsed.length || !ascend(sorted)) return undefined;
      ranges.set(publisher, sorted);
    }
    return new AppliedEvents(ranges);
  }

  /** Whether an event is one of these. */
  has({ publisher, counter }: EventId): boolean {
    const ranges = this.#ranges.get(publisher) ?? [];
    return ranges.some(({ first, last }) => first <= counter && counter <= last);
  }

  /** Up to which counter all of a publisher's events are among these; 0 where the first is not. */
  contiguous(publisher: string): number {
    const first = this.#ranges.get(publisher)?.[0];
    return first?.first === 1 ? first.last : 0;
  }

  /** A publisher's events, in ascending ranges with a gap after each; the same array until they change. */
  ranges(publisher: string): readonly CounterRange[] {
    return this.#ranges.get(publisher) ?? NO_RANGES;
  }

  /** Whose events these are. */
  publishers(): Iterable<string> {
    return this.#ranges.keys();
  }

  /** A publisher's ranges as {@link toString} writes them; empty where there are none. */
  textOf(publisher: string): string {
    return this.ranges(publisher).map(rangeText).join(',');
  }

  /** How many of these are not among those. */
  countBeyond(those: AppliedEvents): number {
    let count = 0;
    for (const [publisher, ranges] of this.#ranges) {
      for (const range of ranges) {
        count += range.last - range.first + 1;
        for (const { first, last } of those.ranges(publisher)) {
          const common = Math.min(range.last, last) - Math.max(range.first, first) + 1;
          count -= Math.max(0, common);
        }
      }
    }
    return count;
  }

  /** These events and one more. */
  with({ publisher, counter }: EventId): AppliedEvents {
    if (this.has({ publisher, counter })) return this;
    const ranges = join(this.#ranges.get(publisher) ?? [], [{ first: counter, last: counter }]);
    return new AppliedEvents(new Map([...this.#ranges, [publisher, ranges]]));
  }

  /** These events and those. */
  union(those: AppliedEvents): AppliedEvents {
    if (this === those) return this;
    const ranges = new Map(this.#ranges);
    for (const [publisher, added] of those.#ranges) {
      ranges.set(publisher, join(ranges.get(publisher) ?? [], added));
    }
    return new AppliedEvents(ranges);
  }

  /** The events as text, for {@link parse}. */
  toString(): string {
    return [...this.#ranges]
      .map(([publisher, ranges]) => `${publisher}:${ranges.map(rangeText).join(',')}`)
      .join(';');
  }
}

function parseRange(text: string): CounterRange | undefined {
  const [, from, to] = /^([1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  const range = { first: Number(from), last: Number(to ?? from) };
  return range.first <= range.last ? range : undefined;
}

function rangeText({ first, last }: CounterRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function ascend(ranges: readonly CounterRange[]): boolean {
  return ranges.every(({ first }, index) => index === 0 || first > (ranges[index - 1]?.last ?? 0));
}

/** All counters of both lists, in as few ranges as hold them. */
function join(
  some: readonly CounterRange[],
  more: readonly CounterRange[],
): readonly CounterRange[] {
  const joined: CounterRange[] = [];
  for (const range of [...some, ...more].toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || range.first > before.last + 1) joined.push(range);
    else
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return joined;
}
