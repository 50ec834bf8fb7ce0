import { optionOf } from '../../bytes.ts';
import { requireInteger } from '../../numbers.ts';
import { plainError, type RawReply, syntaxError, wrongArity } from '../../reply.ts';
import { Stream, type StreamEntry, type Trimming } from '../../values/stream.ts';
import {
  compareIds,
  formatId,
  invalidId,
  MAX_ID,
  MIN_ID,
  nextId,
  parseId,
  parseOpenId,
  requireEnd,
  requireId,
  requireStart,
  type StreamId,
  type Unsigned,
} from '../../values/stream-id.ts';
import { argument, command, type CommandContext, type CommandTable } from '../command.ts';

export const streamCommands: CommandTable = [
  ['XADD', command('xadd', -5, ['write', 'denyoom'], 'first', xadd)],
  ['XDEL', command('xdel', -3, ['write'], 'first', xdel)],
  [
    'XLEN',
    command('xlen', 2, [], 'first', ({ keyspace }, args) => {
      return keyspace.stream(argument(args, 1))?.length ?? 0;
    }),
  ],
  ['XRANGE', command('xrange', -4, [], 'first', (context, args) => xrange(context, args, false))],
  [
    'XREVRANGE',
    command('xrevrange', -4, [], 'first', (context, args) => xrange(context, args, true)),
  ],
  ['XTRIM', command('xtrim', -4, ['write'], 'first', xtrim)],
];

/** An entry as replies have it. */
export function entryReply({ id, fields }: StreamEntry): RawReply {
  return [formatId(id), fields];
}

/** How many entries XADD and XTRIM remove at most with `~`: 100 nodes. */
const APPROXIMATE_LIMIT = 10_000;

/** The id that XADD was given: one, the milliseconds of one, or `*`. */
type GivenId = { readonly id: StreamId } | { readonly ms: Unsigned } | '*';

interface AddOptions {
  readonly trimming: Trimming | undefined;
  readonly makesStream: boolean;
  readonly given: GivenId;
  /** Where the id stands. */
  readonly idPlace: number;
}

function xadd(context: CommandContext, args: readonly string[]): RawReply {
  const options = parseAddOptions(args);
  const { given, idPlace, trimming } = options;
  const count = args.length - idPlace - 1;
  if (count < 2 || count % 2 === 1) throw wrongArity('xadd');
  if (given !== '*' && 'id' in given && compareIds(given.id, MIN_ID) === 0) {
    throw plainError('The ID specified in XADD must be greater than 0-0');
  }
  const key = argument(args, 1);
  const { keyspace } = context;
  const found = keyspace.stream(key);
  if (found === undefined && !options.makesStream) return null;
  const stream = found ?? keyspace.put(key, new Stream());
  if (compareIds(stream.lastId, MAX_ID) === 0) {
    throw plainError('The stream has exhausted the last possible ID, unable to add more items');
  }
  const id = newId(given, stream.lastId, context.now);
  if (id === undefined || compareIds(id, stream.lastId) <= 0) {
    throw plainError(
      'The ID specified in XADD is equal or smaller than the target stream top item',
    );
  }
  stream.append({ id, fields: args.slice(idPlace + 1) });
  const text = formatId(id);
  context.wrote(text === args[idPlace] ? undefined : args.with(idPlace, text));
  if (trimming !== undefined) stream.trim(trimming);
  return text;
}

/** The id of a new entry; undefined where the milliseconds have no number left. */
function newId(given: GivenId, last: StreamId, now: number): StreamId | undefined {
  if (given === '*') return now > last.ms ? { ms: now, seq: 0 } : nextId(last);
  if ('id' in given) return given.id;
  if (given.ms !== last.ms) return { ms: given.ms, seq: 0 };
  const next = nextId(last);
  return next?.ms === given.ms ? next : undefined;
}

function parseAddOptions(args: readonly string[]): AddOptions {
  const parser = new TrimParser(args);
  let makesStream = true;
  let given: GivenId | undefined;
  let place = 2;
  for (; place < args.length; place += 1) {
    const text = argument(args, place);
    if (text === '*') {
      given = '*';
      break;
    }
    const after = parser.parse(place);
    if (after !== undefined) {
      place = after;
    } else if (optionOf(text) === 'NOMKSTREAM') {
      makesStream = false;
    } else {
      given = parseGivenId(text);
      break;
    }
  }
  const trimming = parser.finish();
  return { trimming, makesStream, given: given ?? '*', idPlace: place };
}

function parseGivenId(text: string): GivenId {
  const id = parseId(text);
  if (id !== undefined) return { id };
  const ms = parseOpenId(text);
  if (ms === undefined) throw invalidId();
  return { ms };
}

/** Reads the options that XADD and XTRIM share. */
class TrimParser {
  readonly #args: readonly string[];
  #keep: Trimming['keep'] | undefined;
  #isApproximate = false;
  #limit: number | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** @returns The last place of the option that begins at a place; undefined where none does. */
  parse(place: number): number | undefined {
    const text = argument(this.#args, place);
    // Ids are the rule.
    if (text.charCodeAt(0) < 65 || place + 1 >= this.#args.length) return undefined;
    const option = optionOf(text);
    if (option === 'LIMIT') {
      this.#limit = requireInteger(argument(this.#args, place + 1));
      if (this.#limit < 0) throw plainError('The LIMIT argument must be >= 0.');
      return place + 1;
    }
    if (option !== 'MAXLEN' && option !== 'MINID') return undefined;
    if (this.#keep !== undefined) {
      throw plainError(
        'syntax error, MAXLEN and MINID options at the same time are not compatible',
      );
    }
    const next = argument(this.#args, place + 1);
    const hasSign = (next === '~' || next === '=') && place + 2 < this.#args.length;
    this.#isApproximate = hasSign && next === '~';
    const valuePlace = place + (hasSign ? 2 : 1);
    const value = argument(this.#args, valuePlace);
    this.#keep =
      option === 'MAXLEN' ? { length: requireLength(value) } : { from: requireId(value) };
    return valuePlace;
  }

  finish(isRequired = false): Trimming | undefined {
    if (this.#keep === undefined) {
      if ((this.#limit ?? 0) > 0) {
        throw plainError(
          'syntax error, LIMIT cannot be used without specifying a trimming strategy',
        );
      }
      if (isRequired) {
        throw plainError('syntax error, XTRIM must be called with a trimming strategy');
      }
      if (this.#limit === undefined) return undefined;
    }
    if (this.#limit !== undefined && !this.#isApproximate) {
      throw plainError('syntax error, LIMIT cannot be used without the special ~ option');
    }
    if (this.#keep === undefined) return undefined;
    const limit = this.#limit ?? (this.#isApproximate ? APPROXIMATE_LIMIT : 0);
    return { keep: this.#keep, isApproximate: this.#isApproximate, limit };
  }
}

function requireLength(text: string): number {
  const length = requireInteger(text);
  if (length < 0) throw plainError('The MAXLEN argument must be >= 0.');
  return length;
}

function xtrim(context: CommandContext, args: readonly string[]): RawReply {
  const parser = new TrimParser(args);
  for (let place = 2; place < args.length; place += 1) {
    const after = parser.parse(place);
    if (after === undefined) throw syntaxError();
    place = after;
  }
  const trimming = parser.finish(true);
  const stream = context.keyspace.stream(argument(args, 1));
  if (stream === undefined || trimming === undefined) return 0;
  const deleted = stream.trim(trimming);
  if (deleted > 0) context.wrote();
  return deleted;
}

function xdel(context: CommandContext, args: readonly string[]): RawReply {
  const stream = context.keyspace.stream(argument(args, 1));
  if (stream === undefined) return 0;
  const deleted = stream.delete(args.slice(2).map((text) => requireId(text)));
  if (deleted > 0) context.wrote();
  return deleted;
}

function xrange(
  { keyspace }: CommandContext,
  args: readonly string[],
  isReverse: boolean,
): RawReply {
  const start = requireStart(argument(args, isReverse ? 3 : 2));
  const end = requireEnd(argument(args, isReverse ? 2 : 3));
  let limit = Infinity;
  for (let i = 4; i < args.length; i += 2) {
    const count = args[i + 1];
    if (optionOf(argument(args, i)) !== 'COUNT' || count === undefined) throw syntaxError();
    limit = Math.max(0, requireInteger(count));
  }
  const stream = keyspace.stream(argument(args, 1));
  if (stream === undefined) return [];
  if (limit === 0) return null;
  const entries = isReverse
    ? stream.reverseRange(start, end, limit)
    : stream.range(start, end, limit);
  return entries.map(entryReply);
}
