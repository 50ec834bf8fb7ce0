/** A member of a sorted set with its score. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** An end of a range of scores. */
export interface ScoreBound {
  readonly score: number;
  readonly isExclusive: boolean;
}

/** An end of a range of members; without a member, it is before (`-1`) or after (`1`) all of them. */
export type LexBound =
  | { readonly member: string; readonly isExclusive: boolean }
  | { readonly beyond: -1 | 1 };

/** Up to so many members, of so many bytes each, Redis keeps whole scores as whole numbers. */
const LISTPACK_ENTRIES = 128;
const LISTPACK_VALUE = 64;

/** Members by their scores, and those of one score by their bytes. */
export class SortedSet {
  readonly type = 'zset';
  readonly #scores = new Map<string, number>();
  readonly #ordered: ScoredMember[] = [];
  /** Whether it was ever larger: it is kept as a skip list then, until its key is deleted. */
  #isLarge = false;

  get size(): number {
    return this.#ordered.length;
  }

  /** All members in order. */
  get members(): readonly ScoredMember[] {
    return this.#ordered;
  }

  score(member: string): number | undefined {
    return this.#scores.get(member);
  }

  /** @returns Whether anything changed. Minus zero does not replace zero. */
  set(member: string, given: number): boolean {
    const before = this.#scores.get(member);
    if (before === given) return false;
    if (before === undefined && this.#outgrowsWith(member)) this.#isLarge = true;
    // A whole number has no sign where it is zero.
    const score = given === 0 && !this.#isLarge ? 0 : given;
    if (before !== undefined) this.#ordered.splice(this.#placeOf(member, before), 1);
    this.#scores.set(member, score);
    this.#ordered.splice(this.#placeOf(member, score), 0, { member, score });
    return true;
  }

  delete(member: string): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#scores.delete(member);
    this.#ordered.splice(this.#placeOf(member, score), 1);
    return true;
  }

  /** From where to where the members are whose scores are in a range: the second is the first after. */
  rangeOfScores(min: ScoreBound, max: ScoreBound): readonly [number, number] {
    const from = this.#firstPlace(({ score }) =>
      min.isExclusive ? score > min.score : score >= min.score,
    );
    const to = this.#firstPlace(({ score }) =>
      max.isExclusive ? score >= max.score : score > max.score,
    );
    return [from, Math.max(from, to)];
  }

  /** As `rangeOfScores`, for a set whose members all have one score. */
  rangeOfMembers(min: LexBound, max: LexBound): readonly [number, number] {
    const from = this.#firstPlace(({ member }) => isAbove(member, min));
    const to = this.#firstPlace(({ member }) => !isBelow(member, max));
    return [from, Math.max(from, to)];
  }

  #outgrowsWith(member: string): boolean {
    return member.length > LISTPACK_VALUE || this.#ordered.length >= LISTPACK_ENTRIES;
  }

  /** Where a member with that score is, or would be. */
  #placeOf(member: string, score: number): number {
    return this.#firstPlace(
      (each) => each.score > score || (each.score === score && each.member >= member),
    );
  }

  /** The first place from which on a condition holds. */
  #firstPlace(holds: (each: ScoredMember) => boolean): number {
    const ordered = this.#ordered;
    let low = 0;
    let high = ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const each = ordered[middle];
      if (each === undefined || holds(each)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isAbove(member: string, bound: LexBound): boolean {
  if ('beyond' in bound) return bound.beyond === -1;
  return bound.isExclusive ? member > bound.member : member >= bound.member;
}

function isBelow(member: string, bound: LexBound): boolean {
  if ('beyond' in bound) return bound.beyond === 1;
  return bound.isExclusive ? member < bound.member : member <= bound.member;
}
