import { optionOf } from '../bytes.ts';
import { type RawReply, RedisReplyError, RedisStatus } from '../reply.ts';

/** How far two servers' clocks, and what depends on them, may be apart, in milliseconds. */
const CLOCK_TOLERANCE = 60_000;

/** What is compared of a reply: texts that name their kind, and times, which need not be the same. */
export type Comparable = string | Moment | readonly Comparable[];

/** A time or a span of time, in milliseconds. */
class Moment {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What a script's reply holds: a time, or values or lines that are in no promised order. */
export type ScriptReply = 'time' | 'any order' | 'lines' | 'exact';

/** A reply without what may differ between two servers that have done the same. */
export function comparable(
  args: readonly string[],
  reply: RawReply,
  scriptReply: ScriptReply = 'exact',
): Comparable {
  if (reply instanceof RedisReplyError) return withoutPlace(reply.message);
  if (scriptReply === 'time') return moment(reply);
  if (scriptReply === 'any order') return leaves(reply).toSorted();
  if (scriptReply === 'lines') return linesInOrder(reply);
  const rule = RULES.get(optionOf(args[0] ?? ''));
  return rule === undefined ? plain(reply) : rule(reply, args);
}

/** Whether two replies are the same, but for times. */
export function isSame(a: Comparable, b: Comparable): boolean {
  if (typeof a === 'string') return a === b;
  if (a instanceof Moment) {
    return b instanceof Moment && Math.abs(a.ms - b.ms) < CLOCK_TOLERANCE;
  }
  return (
    typeof b !== 'string' &&
    !(b instanceof Moment) &&
    a.length === b.length &&
    a.every((element, i) => isSame(element, b[i] ?? ''))
  );
}

type Rule = (reply: RawReply, args: readonly string[]) => Comparable;

/** Commands whose replies hold times, or are in an order that Redis does not promise. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['PTTL', moment],
  ['PEXPIRETIME', moment],
  [
    'TTL',
    (reply) => (typeof reply === 'number' && reply > 0 ? new Moment(reply * 1000) : plain(reply)),
  ],
  [
    'TIME',
    (reply) => listOf(reply).map((part, i) => (i === 0 ? new Moment(Number(part) * 1000) : '')),
  ],
  ['HGETALL', (reply) => pairsInOrder(listOf(reply))],
  ['HKEYS', (reply) => inOrder(listOf(reply))],
  ['KEYS', (reply) => inOrder(listOf(reply))],
  ['SCAN', (reply, args) => scanned(reply, args.slice(1), inOrder)],
  ['HSCAN', (reply, args) => scanned(reply, args.slice(2), pairsInOrder)],
  ['XPENDING', (reply, args) => (args.length > 3 ? listOf(reply).map(pendingEntry) : plain(reply))],
  ['XINFO', (reply) => streamInfo(reply)],
]);

function plain(reply: RawReply): Comparable {
  if (reply === null) return 'null';
  if (typeof reply === 'string') return `bulk ${reply}`;
  if (typeof reply === 'number') return `integer ${reply}`;
  if (reply instanceof RedisStatus) return `status ${reply.text}`;
  if (reply instanceof RedisReplyError) return `error ${reply.message}`;
  return reply.map(plain);
}

/** An error without the script and the line that it came from. */
function withoutPlace(message: string): Comparable {
  return `error ${message.split(' script: ', 1).join('')}`;
}

function linesInOrder(reply: RawReply): Comparable {
  if (typeof reply === 'string') return reply.split('\n').toSorted();
  return Array.isArray(reply) ? listOf(reply).map(linesInOrder) : plain(reply);
}

function leaves(reply: RawReply): readonly string[] {
  return Array.isArray(reply) ? listOf(reply).flatMap(leaves) : [JSON.stringify(reply)];
}

function listOf(reply: RawReply): readonly RawReply[] {
  return Array.isArray(reply) ? (reply as readonly RawReply[]) : [reply];
}

function moment(reply: RawReply): Comparable {
  return typeof reply === 'number' && reply > 0 ? new Moment(reply) : plain(reply);
}

function inOrder(list: readonly RawReply[]): Comparable {
  return list.map((text) => JSON.stringify(text)).toSorted();
}

function pairsInOrder(list: readonly RawReply[]): Comparable {
  return list
    .flatMap((field, i) => (i % 2 === 0 ? [JSON.stringify([field, list[i + 1]])] : []))
    .toSorted();
}

/** What a scan gave, if it was asked for all: what a part of it has is not promised. */
function scanned(
  reply: RawReply,
  [cursor = '', ...options]: readonly string[],
  order: (list: readonly RawReply[]) => Comparable,
): Comparable {
  const isWhole = Number(cursor) === 0 && options[1] === '1000';
  return isWhole ? order(listOf(listOf(reply)[1] ?? null)) : 'a part';
}

/** An entry of XPENDING: its third part says for how long it is idle. */
function pendingEntry(reply: RawReply): Comparable {
  return listOf(reply).map((part, i) => (i === 2 ? new Moment(Number(part)) : plain(part)));
}

/** What stands after these names is a time. */
const TIMES: ReadonlySet<RawReply> = new Set(['idle', 'seen-time']);

function streamInfo(reply: RawReply): Comparable {
  if (!Array.isArray(reply)) return plain(reply);
  const list = listOf(reply);
  return list.map((part, i) => {
    const name = i % 2 === 1 ? (list[i - 1] ?? null) : null;
    if (TIMES.has(name) && typeof part === 'number') return new Moment(part);
    // How the tree splits its keys is not simulated.
    if (name === 'radix-tree-nodes') return '';
    if (name === 'pending' && Array.isArray(part)) return listOf(part).map(deliveredEntry);
    return streamInfo(part);
  });
}

/** A pending entry of XINFO STREAM FULL: its last but one part says when it was delivered. */
function deliveredEntry(reply: RawReply): Comparable {
  const list = listOf(reply);
  return list.map((part, i) => (i === list.length - 2 ? new Moment(Number(part)) : plain(part)));
}
