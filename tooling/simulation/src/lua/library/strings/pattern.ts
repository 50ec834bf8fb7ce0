import { LuaError, type LuaValue } from '../../values/values.ts';
import { isInClass, isInSet, setEnd } from './pattern-class.ts';

const MAX_CAPTURES = 32;
/** A capture's length while it is open, and that of a position. */
const OPEN = -1;
const POSITION = -2;

const PERCENT = 37;
const OPEN_PARENTHESIS = 40;
const CLOSE_PARENTHESIS = 41;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const QUESTION = 63;
const OPEN_BRACKET = 91;
const DOLLAR = 36;

/** A pattern that is matched against one subject, at one position after another. */
export class PatternMatch {
  readonly #subject: string;
  readonly #pattern: string;
  readonly #start: number[] = [];
  readonly #length: number[] = [];
  #level = 0;

  /** A pattern is a C string: it ends at a zero byte. */
  constructor(subject: string, pattern: string) {
    this.#subject = subject;
    const zero = pattern.indexOf('\0');
    this.#pattern = zero < 0 ? pattern : pattern.slice(0, zero);
  }

  /** Where the match ends that begins at a position; -1 where none does. */
  matchAt(position: number, patternStart = 0): number {
    this.#level = 0;
    return this.#match(position, patternStart);
  }

  get captureCount(): number {
    return this.#level;
  }

  /** What a match took. */
  whole(start: number, end: number): string {
    return this.#subject.slice(start, end);
  }

  /** A capture of the last match; the first one is the whole match where there are none. */
  capture(index: number, start: number, end: number): string | number {
    if (index >= this.#level) {
      if (index !== 0) throw new LuaError('invalid capture index');
      return this.#subject.slice(start, end);
    }
    const from = this.#start[index] ?? 0;
    const length = this.#length[index] ?? OPEN;
    if (length === POSITION) return from + 1;
    if (length === OPEN) throw new LuaError('unfinished capture');
    return this.#subject.slice(from, from + length);
  }

  /** All captures of the last match, or the whole match. */
  captures(start: number, end: number): LuaValue[] {
    const count = Math.max(1, this.#level);
    const values: LuaValue[] = [];
    for (let index = 0; index < count; index += 1) values.push(this.capture(index, start, end));
    return values;
  }

  #match(subjectStart: number, patternStart: number): number {
    const pattern = this.#pattern;
    let s = subjectStart;
    let p = patternStart;
    for (;;) {
      if (p >= pattern.length) return s;
      const code = pattern.charCodeAt(p);
      if (code === OPEN_PARENTHESIS) {
        return pattern.charCodeAt(p + 1) === CLOSE_PARENTHESIS
          ? this.#startCapture(s, p + 2, POSITION)
          : this.#startCapture(s, p + 1, OPEN);
      }
      if (code === CLOSE_PARENTHESIS) return this.#endCapture(s, p + 1);
      if (code === DOLLAR && p + 1 === pattern.length) {
        return s === this.#subject.length ? s : -1;
      }
      if (code === PERCENT) {
        const next = pattern[p + 1];
        if (next === 'b') {
          s = this.#balanced(s, p + 2);
          if (s < 0) return -1;
          p += 4;
          continue;
        }
        if (next === 'f') {
          const end = this.#frontierEnd(s, p + 2);
          if (end < 0) return -1;
          p = end;
          continue;
        }
        if (next !== undefined && next >= '0' && next <= '9') {
          s = this.#backReference(s, next.charCodeAt(0));
          if (s < 0) return -1;
          p += 2;
          continue;
        }
      }
      const end = this.#singleEnd(p);
      const suffix = pattern.charCodeAt(end);
      if (suffix === QUESTION) {
        if (this.#matchesSingle(s, p, end)) {
          const found = this.#match(s + 1, end + 1);
          if (found >= 0) return found;
        }
        p = end + 1;
      } else if (suffix === STAR) {
        return this.#greedy(s, p, end, 0);
      } else if (suffix === PLUS) {
        return this.#greedy(s, p, end, 1);
      } else if (suffix === MINUS) {
        return this.#lazy(s, p, end);
      } else {
        if (!this.#matchesSingle(s, p, end)) return -1;
        s += 1;
        p = end;
      }
    }
  }

  /** Where the single-character part ends that begins at a position of the pattern. */
  #singleEnd(p: number): number {
    const code = this.#pattern.charCodeAt(p);
    if (code === PERCENT) {
      if (p + 1 >= this.#pattern.length) {
        throw new LuaError("malformed pattern (ends with '%')");
      }
      return p + 2;
    }
    return code === OPEN_BRACKET ? setEnd(this.#pattern, p) : p + 1;
  }

  #matchesSingle(s: number, p: number, end: number): boolean {
    if (s >= this.#subject.length) return false;
    const code = this.#subject.charCodeAt(s);
    const pattern = this.#pattern;
    const kind = pattern.charCodeAt(p);
    if (kind === DOT) return true;
    if (kind === PERCENT) return isInClass(code, pattern.charCodeAt(p + 1));
    if (kind === OPEN_BRACKET) return isInSet(code, pattern, p, end - 1);
    return kind === code;
  }

  #greedy(s: number, p: number, end: number, least: number): number {
    let count = 0;
    while (this.#matchesSingle(s + count, p, end)) count += 1;
    for (; count >= least; count -= 1) {
      const found = this.#match(s + count, end + 1);
      if (found >= 0) return found;
    }
    return -1;
  }

  #lazy(subjectStart: number, p: number, end: number): number {
    for (let s = subjectStart; ; s += 1) {
      const found = this.#match(s, end + 1);
      if (found >= 0) return found;
      if (!this.#matchesSingle(s, p, end)) return -1;
    }
  }

  #startCapture(s: number, p: number, length: number): number {
    const level = this.#level;
    if (level >= MAX_CAPTURES) throw new LuaError('too many captures');
    this.#start[level] = s;
    this.#length[level] = length;
    this.#level = level + 1;
    const found = this.#match(s, p);
    if (found < 0) this.#level -= 1;
    return found;
  }

  #endCapture(s: number, p: number): number {
    let index = this.#level - 1;
    while (index >= 0 && this.#length[index] !== OPEN) index -= 1;
    if (index < 0) throw new LuaError('invalid pattern capture');
    this.#length[index] = s - (this.#start[index] ?? 0);
    const found = this.#match(s, p);
    if (found < 0) this.#length[index] = OPEN;
    return found;
  }

  /** `%bxy`: from an x to the y that closes it. */
  #balanced(s: number, p: number): number {
    const pattern = this.#pattern;
    if (p + 1 >= pattern.length) throw new LuaError('unbalanced pattern');
    const opening = pattern.charCodeAt(p);
    const closing = pattern.charCodeAt(p + 1);
    const subject = this.#subject;
    if (s >= subject.length || subject.charCodeAt(s) !== opening) return -1;
    let depth = 1;
    for (let at = s + 1; at < subject.length; at += 1) {
      const code = subject.charCodeAt(at);
      if (code === closing) {
        depth -= 1;
        if (depth === 0) return at + 1;
      } else if (code === opening) {
        depth += 1;
      }
    }
    return -1;
  }

  /** `%f[set]`: where the pattern goes on if a run of the set begins here. */
  #frontierEnd(s: number, p: number): number {
    const pattern = this.#pattern;
    if (pattern.charCodeAt(p) !== OPEN_BRACKET) {
      throw new LuaError("missing '[' after '%f' in pattern");
    }
    const end = setEnd(pattern, p);
    const subject = this.#subject;
    const before = s === 0 ? 0 : subject.charCodeAt(s - 1);
    const here = s >= subject.length ? 0 : subject.charCodeAt(s);
    const begins = !isInSet(before, pattern, p, end - 1) && isInSet(here, pattern, p, end - 1);
    return begins ? end : -1;
  }

  #backReference(s: number, digit: number): number {
    const index = digit - 49;
    const length = this.#length[index];
    if (index < 0 || index >= this.#level || length === undefined || length === OPEN) {
      throw new LuaError('invalid capture index');
    }
    const from = this.#start[index] ?? 0;
    // A position has no text: C compares with the length -2, which is longer than any subject.
    if (length === POSITION) return -1;
    return this.#subject.startsWith(this.#subject.slice(from, from + length), s) ? s + length : -1;
  }
}
