import { beforeZero, optionOf } from '../bytes.ts';
import { formatDouble, parseDouble, parseScore, requireInteger } from '../numbers.ts';
import { plainError, type RawReply, syntaxError } from '../reply.ts';
import { type LexBound, type ScoreBound, SortedSet } from '../values/sorted-set.ts';
import { argument, command, type CommandContext, type CommandTable } from './command.ts';

type RangeKind = 'rank' | 'score' | 'lex';

export const sortedSetCommands: CommandTable = [
  ['ZADD', command('zadd', -4, ['write', 'denyoom'], 'first', zadd)],
  [
    'ZCARD',
    command('zcard', 2, [], 'first', ({ keyspace }, args) => {
      return keyspace.sortedSet(argument(args, 1))?.size ?? 0;
    }),
  ],
  ['ZLEXCOUNT', command('zlexcount', 4, [], 'first', zlexcount)],
  ['ZRANGE', command('zrange', -4, [], 'first', (context, args) => zrange(context, args))],
  [
    'ZRANGEBYSCORE',
    command('zrangebyscore', -4, [], 'first', (context, args) => {
      return zrange(context, args, { kind: 'score', isReverse: false });
    }),
  ],
  ['ZREM', command('zrem', -3, ['write'], 'first', zrem)],
  [
    'ZREVRANGEBYLEX',
    command('zrevrangebylex', -4, [], 'first', (context, args) => {
      return zrange(context, args, { kind: 'lex', isReverse: true });
    }),
  ],
  [
    'ZSCORE',
    command('zscore', 3, [], 'first', ({ keyspace }, args) => {
      const score = keyspace.sortedSet(argument(args, 1))?.score(argument(args, 2));
      return score === undefined ? null : formatDouble(score);
    }),
  ],
];

interface AddOptions {
  readonly has: (option: string) => boolean;
  /** Where the first score stands. */
  readonly start: number;
}

const ADD_OPTIONS = new Set(['NX', 'XX', 'CH', 'INCR', 'GT', 'LT']);

function zadd(context: CommandContext, args: readonly string[]): RawReply {
  const { has, start } = parseAddOptions(args);
  const scores: number[] = [];
  for (let i = start; i < args.length; i += 2) {
    const score = parseScore(argument(args, i));
    if (score === undefined) throw plainError('value is not a valid float');
    scores.push(score);
  }
  const key = argument(args, 1);
  const found = context.keyspace.sortedSet(key);
  if (found === undefined && has('XX')) return has('INCR') ? null : 0;
  const set = found ?? context.keyspace.put(key, new SortedSet());
  let added = 0;
  let updated = 0;
  let result: number | undefined;
  for (const [i, given] of scores.entries()) {
    const member = argument(args, start + 1 + 2 * i);
    const before = set.score(member);
    const score = has('INCR') && before !== undefined ? before + given : given;
    if (before === undefined ? has('XX') : has('NX')) continue;
    if (Number.isNaN(score)) throw plainError('resulting score is not a number (NaN)');
    if (before !== undefined && has('LT') && score >= before) continue;
    if (before !== undefined && has('GT') && score <= before) continue;
    result = score;
    if (set.set(member, score)) {
      if (before === undefined) added += 1;
      else updated += 1;
    }
  }
  if (added + updated > 0) context.wrote();
  if (has('INCR')) return result === undefined ? null : formatDouble(result);
  return has('CH') ? added + updated : added;
}

function parseAddOptions(args: readonly string[]): AddOptions {
  let start = 2;
  let options: Set<string> | undefined;
  for (; start < args.length; start += 1) {
    const text = argument(args, start);
    // Scores are the rule.
    const option = text.length > 1 && text.charCodeAt(0) > 57 ? optionOf(text) : '';
    if (!ADD_OPTIONS.has(option)) break;
    options = (options ?? new Set()).add(option);
  }
  const has = (option: string): boolean => options?.has(option) === true;
  const rest = args.length - start;
  if (rest === 0 || rest % 2 === 1) throw syntaxError();
  if (has('NX') && has('XX')) {
    throw plainError('XX and NX options at the same time are not compatible');
  }
  if ((has('GT') || has('LT')) && (has('NX') || (has('GT') && has('LT')))) {
    throw plainError('GT, LT, and/or NX options at the same time are not compatible');
  }
  if (has('INCR') && rest > 2) {
    throw plainError('INCR option supports a single increment-element pair');
  }
  return { has, start };
}

function zrem(context: CommandContext, args: readonly string[]): RawReply {
  const key = argument(args, 1);
  const set = context.keyspace.sortedSet(key);
  if (set === undefined) return 0;
  let deleted = 0;
  for (let i = 2; i < args.length; i += 1) if (set.delete(argument(args, i))) deleted += 1;
  if (set.size === 0) context.keyspace.delete(key);
  if (deleted > 0) context.wrote();
  return deleted;
}

function zlexcount({ keyspace }: CommandContext, args: readonly string[]): RawReply {
  const [min, max] = requireLexRange(argument(args, 2), argument(args, 3));
  const set = keyspace.sortedSet(argument(args, 1));
  if (set === undefined) return 0;
  const [from, to] = set.rangeOfMembers(min, max);
  return to - from;
}

/** What the options of ZRANGE say. */
interface RangeOptions {
  readonly kind: RangeKind;
  readonly isReverse: boolean;
  readonly withScores: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** ZRANGE, or one of the commands that do one kind of it. */
function zrange(
  { keyspace }: CommandContext,
  args: readonly string[],
  fixed?: Pick<RangeOptions, 'kind' | 'isReverse'>,
): RawReply {
  const options = parseRangeOptions(args, fixed);
  const { kind, isReverse } = options;
  const swaps = isReverse && kind !== 'rank';
  const rangeIn = requireRange(
    kind,
    argument(args, swaps ? 3 : 2),
    argument(args, swaps ? 2 : 3),
    isReverse,
  );
  const set = keyspace.sortedSet(argument(args, 1));
  if (set === undefined) return [];
  const [from, to] = rangeIn(set);
  const reply: string[] = [];
  if (options.offset < 0) return reply;
  const count = Math.min(to - from - options.offset, options.limit < 0 ? Infinity : options.limit);
  for (let i = 0; i < count; i += 1) {
    const place = isReverse ? to - 1 - options.offset - i : from + options.offset + i;
    const each = set.members[place];
    if (each === undefined) break;
    reply.push(each.member);
    if (options.withScores) reply.push(formatDouble(each.score));
  }
  return reply;
}

function parseRangeOptions(
  args: readonly string[],
  fixed: Pick<RangeOptions, 'kind' | 'isReverse'> | undefined,
): RangeOptions {
  let { kind, isReverse } = fixed ?? { kind: undefined, isReverse: false };
  let withScores = false;
  let offset = 0;
  let limit = -1;
  for (let i = 4; i < args.length; i += 1) {
    const option = optionOf(argument(args, i));
    if (option === 'WITHSCORES') {
      withScores = true;
    } else if (option === 'LIMIT' && i + 2 < args.length) {
      offset = requireInteger(argument(args, i + 1));
      limit = requireInteger(argument(args, i + 2));
      i += 2;
    } else if (option === 'REV' && fixed === undefined && !isReverse) {
      isReverse = true;
    } else if (option === 'BYLEX' && kind === undefined) {
      kind = 'lex';
    } else if (option === 'BYSCORE' && kind === undefined) {
      kind = 'score';
    } else {
      throw syntaxError();
    }
  }
  kind ??= 'rank';
  if (limit !== -1 && kind === 'rank') {
    throw plainError(
      'syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  }
  if (withScores && kind === 'lex') {
    throw plainError('syntax error, WITHSCORES not supported in combination with BYLEX');
  }
  if (kind === 'rank') offset = 0;
  return { kind, isReverse, withScores, offset, limit };
}

/** Where in a set the range is that two arguments name: its first place, and the first after it. */
function requireRange(
  kind: RangeKind,
  minText: string,
  maxText: string,
  isReverse: boolean,
): (set: SortedSet) => readonly [number, number] {
  if (kind === 'lex') {
    const [min, max] = requireLexRange(minText, maxText);
    return (set) => set.rangeOfMembers(min, max);
  }
  if (kind === 'score') {
    const min = requireScoreBound(minText);
    const max = requireScoreBound(maxText);
    return (set) => set.rangeOfScores(min, max);
  }
  const start = requireInteger(minText);
  const end = requireInteger(maxText);
  return ({ size }) => {
    const first = Math.max(0, start < 0 ? size + start : start);
    const last = Math.min(size - 1, end < 0 ? size + end : end);
    if (first > last) return [0, 0];
    return isReverse ? [size - 1 - last, size - first] : [first, last + 1];
  };
}

function requireScoreBound(text: string): ScoreBound {
  const isExclusive = text.startsWith('(');
  const seen = beforeZero(isExclusive ? text.slice(1) : text).replace(/^[ \t\n\v\f\r]+/, '');
  const score = seen === '' ? emptyBound(text, isExclusive) : parseDouble(seen);
  if (score === undefined) throw plainError('min or max is not a float');
  return { score, isExclusive };
}

/** `strtod` reads nothing from it: it is 0 where nothing stands there at all. */
function emptyBound(text: string, isExclusive: boolean): number | undefined {
  return beforeZero(text).length === (isExclusive ? 1 : 0) ? 0 : undefined;
}

function requireLexRange(minText: string, maxText: string): readonly [LexBound, LexBound] {
  const min = parseLexBound(minText);
  const max = parseLexBound(maxText);
  if (min === undefined || max === undefined) {
    throw plainError('min or max not valid string range item');
  }
  return [min, max];
}

function parseLexBound(text: string): LexBound | undefined {
  const first = text.charAt(0);
  if (first === '(' || first === '[') return { member: text.slice(1), isExclusive: first === '(' };
  const seen = beforeZero(text);
  if (seen === '-') return { beyond: -1 };
  return seen === '+' ? { beyond: 1 } : undefined;
}
