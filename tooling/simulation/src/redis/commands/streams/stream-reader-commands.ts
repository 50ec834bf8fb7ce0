import { beforeZero, optionOf } from '../../bytes.ts';
import { parseInteger, requireInteger } from '../../numbers.ts';
import { plainError, type RawReply, syntaxError } from '../../reply.ts';
import type { Consumer, ConsumerGroup } from '../../values/consumer-group.ts';
import type { Stream } from '../../values/stream.ts';
import {
  compareIds,
  formatId,
  MAX_ID,
  MIN_ID,
  nextId,
  requireId,
  type StreamId,
} from '../../values/stream-id.ts';
import { argument, command, type CommandContext, type CommandTable } from '../command.ts';
import { entryReply } from './stream-commands.ts';
import { requireGroup } from './stream-group-commands.ts';

export const streamReaderCommands: CommandTable = [
  ['XREADGROUP', command('xreadgroup', -7, ['write'], keysOfRead, xreadgroup)],
];

interface ReadOptions {
  readonly group: string;
  readonly consumer: string;
  /** 0 for any number. */
  readonly count: number;
  readonly acknowledges: boolean;
  readonly keys: readonly string[];
  readonly ids: readonly string[];
}

/** What is read of one stream. */
interface Source {
  readonly key: string;
  readonly stream: Stream;
  readonly group: ConsumerGroup;
  /** The id after which the consumer reads its own entries again; undefined for new ones. */
  readonly after: StreamId | undefined;
}

function keysOfRead(args: readonly string[]): readonly string[] {
  const place = args.findIndex((text, i) => i > 3 && optionOf(text) === 'STREAMS');
  const rest = args.slice(place + 1);
  return place === -1 ? [] : rest.slice(0, rest.length / 2);
}

function xreadgroup(context: CommandContext, args: readonly string[]): RawReply {
  const options = parseReadOptions(args);
  const sources = options.keys.map((key, i) => sourceOf(context, options, key, i));
  const reply: RawReply[] = [];
  for (const { key, stream, group, after } of sources) {
    const last = stream.lastEntryId;
    if (after === undefined && (last === undefined || compareIds(last, group.lastId) <= 0))
      continue;
    const consumer = group.seeConsumer(options.consumer, context.now);
    const entries =
      after === undefined
        ? deliver(stream, group, consumer, options, context.now)
        : redeliver(stream, group, consumer, after, options.count, context.now);
    reply.push([key, entries]);
    context.wrote();
  }
  return reply.length === 0 ? null : reply;
}

function parseReadOptions(args: readonly string[]): ReadOptions {
  let names: { readonly group: string; readonly consumer: string } | undefined;
  let count = 0;
  let acknowledges = false;
  let streams: readonly string[] | undefined;
  for (let i = 1; i < args.length && streams === undefined; i += 1) {
    const option = optionOf(argument(args, i));
    const value = args[i + 1];
    const second = args[i + 2];
    if (option === 'BLOCK' && value !== undefined) {
      if (parseInteger(value) === undefined) {
        throw plainError('timeout is not an integer or out of range');
      }
      // Nobody waits here: it answers as if the time were over.
      if (requireInteger(value) < 0) throw plainError('timeout is negative');
      i += 1;
    } else if (option === 'COUNT' && value !== undefined) {
      count = Math.max(0, requireInteger(value));
      i += 1;
    } else if (option === 'STREAMS' && value !== undefined) {
      streams = args.slice(i + 1);
      if (streams.length % 2 === 1) {
        throw plainError(
          "Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
        );
      }
    } else if (option === 'GROUP' && value !== undefined && second !== undefined) {
      names = { group: value, consumer: second };
      i += 2;
    } else if (option === 'NOACK') {
      acknowledges = true;
    } else {
      throw syntaxError();
    }
  }
  if (streams === undefined) throw syntaxError();
  if (names === undefined) throw plainError('Missing GROUP option for XREADGROUP');
  const half = streams.length / 2;
  const keys = streams.slice(0, half);
  return { ...names, count, acknowledges, keys, ids: streams.slice(half) };
}

function sourceOf(
  context: CommandContext,
  options: ReadOptions,
  key: string,
  place: number,
): Source {
  const purpose = ' in XREADGROUP with GROUP option';
  const { stream, group } = requireGroup(context, key, options.group, purpose);
  const text = argument(options.ids, place);
  const seen = beforeZero(text);
  if (seen === '$') {
    throw plainError(
      'The $ ID is meaningless in the context of XREADGROUP: you want to read the history of ' +
        'this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID ' +
        'would just return an empty result set.',
    );
  }
  const id = seen === '>' ? MAX_ID : requireId(text);
  return { key, stream, group, after: compareIds(id, MAX_ID) === 0 ? undefined : id };
}

/** Gives a consumer entries that nobody had before. */
function deliver(
  stream: Stream,
  group: ConsumerGroup,
  consumer: Consumer,
  options: ReadOptions,
  now: number,
): RawReply {
  const start = nextId(group.lastId) ?? MIN_ID;
  const entries = stream.range(start, MAX_ID, options.count === 0 ? Infinity : options.count);
  for (const { id } of entries) {
    if (group.entriesRead !== undefined && !stream.hasTombstonesFrom(id)) {
      group.entriesRead += 1;
    } else if (stream.entriesAdded > 0) {
      group.entriesRead = stream.entriesUntil(id);
    }
    group.lastId = id;
    if (!options.acknowledges) note(group, consumer, id, now);
  }
  return entries.map(entryReply);
}

/** Notes that a consumer got an entry for the first time. */
function note(group: ConsumerGroup, consumer: Consumer, id: StreamId, now: number): void {
  const known = group.pendingEntry(id);
  if (known === undefined) {
    group.addPending({ id, consumer, deliveredAt: now, deliveries: 1 });
    return;
  }
  group.assign(known, consumer);
  known.deliveredAt = now;
  known.deliveries = 1;
}

/** Gives a consumer once more what it has. */
function redeliver(
  stream: Stream,
  group: ConsumerGroup,
  consumer: Consumer,
  after: StreamId,
  count: number,
  now: number,
): RawReply {
  const reply: RawReply[] = [];
  for (const pending of group.pendingBetween(nextId(after) ?? MIN_ID, MAX_ID)) {
    if (count > 0 && reply.length >= count) break;
    if (pending.consumer !== consumer) continue;
    const entry = stream.entry(pending.id);
    if (entry === undefined) {
      reply.push([formatId(pending.id), null]);
    } else {
      pending.deliveredAt = now;
      pending.deliveries += 1;
      reply.push(entryReply(entry));
    }
  }
  return reply;
}
