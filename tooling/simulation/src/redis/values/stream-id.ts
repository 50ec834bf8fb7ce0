import { beforeZero } from '../bytes.ts';
import { plainError } from '../reply.ts';

/** A whole number of 64 bits without a sign: a bigint only where a double would not be exact. */
export type Unsigned = number | bigint;

/** The id of a stream's entry. */
export interface StreamId {
  readonly ms: Unsigned;
  readonly seq: Unsigned;
}

const MAX: bigint = 2n ** 64n - 1n;

export const MIN_ID: StreamId = { ms: 0, seq: 0 };
export const MAX_ID: StreamId = { ms: MAX, seq: MAX };
/** The highest sequence number, which an id without one has at the end of a range. */
const MAX_SEQUENCE: Unsigned = MAX;

/** Below 0 where the first comes before the second, 0 where they are the same. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq === b.seq) return 0;
  return a.seq < b.seq ? -1 : 1;
}

export function formatId(id: StreamId): string {
  return `${id.ms}-${id.seq}`;
}

/** The id after this one; undefined after the last. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== MAX) return { ms, seq: plusOne(seq) };
  return ms === MAX ? undefined : { ms: plusOne(ms), seq: 0 };
}

/** The id before this one; undefined before the first. */
function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: minusOne(seq) };
  return ms === 0 ? undefined : { ms: minusOne(ms), seq: MAX };
}

/** The difference as C keeps it in 64 bits with a sign. */
export function signedDifference(a: Unsigned, b: Unsigned): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return BigInt.asIntN(64, BigInt(a) - BigInt(b));
}

function plusOne(value: Unsigned): Unsigned {
  return typeof value === 'number' && value < Number.MAX_SAFE_INTEGER
    ? value + 1
    : normal(BigInt(value) + 1n);
}

function minusOne(value: Unsigned): Unsigned {
  return typeof value === 'number' ? value - 1 : normal(value - 1n);
}

function normal(value: bigint): Unsigned {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

const PLAIN_ID = /^([1-9]\d{0,14}|0)-([1-9]\d{0,14}|0)$/;
/** What C's `strtoull` takes. */
const UNSIGNED = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/;
const NEGATIVE_INT64 = /^-[1-9]\d{0,18}$/;
/** Longer ones are no ids. */
const LONGEST_ID = 127;

/** How an id is read. */
export interface IdForm {
  /** The sequence number of an id without one. */
  readonly missingSequence: Unsigned;
  /** Whether `-` and `+` are ids. */
  readonly takesEnds: boolean;
}

/** The `-` and `+` of ranges are no ids, and an id without a sequence number has 0. */
const STRICT: IdForm = { missingSequence: 0, takesEnds: false };

/** An id; undefined for a text that is none. */
export function parseId(text: string, form: IdForm = STRICT): StreamId | undefined {
  const plain = PLAIN_ID.exec(text);
  if (plain !== null) return { ms: Number(plain[1]), seq: Number(plain[2]) };
  if (text.length > LONGEST_ID) return undefined;
  const seen = beforeZero(text);
  if (seen === '-') return form.takesEnds ? MIN_ID : undefined;
  if (seen === '+') return form.takesEnds ? MAX_ID : undefined;
  const dash = seen.indexOf('-');
  const ms = parseUnsigned(dash === -1 ? seen : seen.slice(0, dash));
  const seq = dash === -1 ? form.missingSequence : parseUnsigned(seen.slice(dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** Of an id such as `5-*`: the part before; undefined for any other. */
export function parseOpenId(text: string): Unsigned | undefined {
  const seen = text.length > LONGEST_ID ? '' : beforeZero(text);
  const dash = seen.indexOf('-');
  return dash !== -1 && seen.slice(dash + 1) === '*'
    ? parseUnsigned(seen.slice(0, dash))
    : undefined;
}

/** @throws {RedisReplyError} for what is no id. */
export function requireId(text: string, form: IdForm = STRICT): StreamId {
  const id = parseId(text, form);
  if (id === undefined) throw invalidId();
  return id;
}

/** The start of a range, with `(` before it where it is exclusive. */
export function requireStart(text: string): StreamId {
  if (!isExclusive(text)) return requireId(text, { missingSequence: 0, takesEnds: true });
  const id = nextId(requireId(text.slice(1)));
  if (id === undefined) throw plainError('invalid start ID for the interval');
  return id;
}

/** The end of a range, with `(` before it where it is exclusive. */
export function requireEnd(text: string): StreamId {
  const isOpen = isExclusive(text);
  const form = { missingSequence: MAX_SEQUENCE, takesEnds: !isOpen };
  const id = requireId(isOpen ? text.slice(1) : text, form);
  const end = isOpen ? previousId(id) : id;
  if (end === undefined) throw plainError('invalid end ID for the interval');
  return end;
}

export function invalidId(): Error {
  return plainError('Invalid stream ID specified as stream command argument');
}

function isExclusive(text: string): boolean {
  return text.length > 1 && text.startsWith('(');
}

/** As Redis reads one: what C's `strtoull` takes, save a negative number that is written plainly. */
function parseUnsigned(text: string): Unsigned | undefined {
  const match = UNSIGNED.exec(text);
  if (match === null) return undefined;
  if (NEGATIVE_INT64.test(text) && BigInt(text) >= -(2n ** 63n)) return undefined;
  const value = BigInt(match[2] ?? '0');
  if (value > MAX) return undefined;
  return normal(match[1] === '-' ? BigInt.asUintN(64, -value) : value);
}
