import { optionOf } from '../../bytes.ts';
import { requireInteger } from '../../numbers.ts';
import {
  OK,
  plainError,
  quoted,
  quotingError,
  type RawReply,
  RedisReplyError,
  syntaxError,
  wrongSubcommand,
} from '../../reply.ts';
import { ConsumerGroup } from '../../values/consumer-group.ts';
import { Stream } from '../../values/stream.ts';
import {
  formatId,
  MIN_ID,
  requireEnd,
  requireId,
  requireStart,
  type StreamId,
} from '../../values/stream-id.ts';
import { argument, command, type CommandContext, type CommandTable } from '../command.ts';

export const streamGroupCommands: CommandTable = [
  ['XACK', command('xack', -4, ['write'], 'first', xack)],
  ['XPENDING', command('xpending', -3, [], 'first', xpending)],
  [
    'XGROUP',
    {
      subcommands: new Map([
        ['CREATE', command('xgroup|create', -5, ['write', 'denyoom'], 'second', create)],
        ['SETID', command('xgroup|setid', -5, ['write'], 'second', setId)],
        ['DESTROY', command('xgroup|destroy', 4, ['write'], 'second', destroy)],
        [
          'CREATECONSUMER',
          command('xgroup|createconsumer', 5, ['write', 'denyoom'], 'second', createConsumer),
        ],
        ['DELCONSUMER', command('xgroup|delconsumer', 5, ['write'], 'second', deleteConsumer)],
      ]),
    },
  ],
];

/** @throws {RedisReplyError} where the key or its group is missing. */
export function requireGroup(
  { keyspace }: CommandContext,
  key: string,
  name: string,
  purpose = '',
): { readonly stream: Stream; readonly group: ConsumerGroup } {
  const stream = keyspace.stream(key);
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined) {
    throw quotingError(
      'NOGROUP',
      `No such key '${quoted(key)}' or consumer group '${quoted(name)}'${purpose}`,
    );
  }
  return { stream, group };
}

export function noSuchGroup(key: string, name: string): RedisReplyError {
  return quotingError(
    'NOGROUP',
    `No such consumer group '${quoted(name)}' for key name '${quoted(key)}'`,
  );
}

function requireKey({ keyspace }: CommandContext, key: string): Stream {
  const stream = keyspace.stream(key);
  if (stream !== undefined) return stream;
  throw plainError(
    'The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use ' +
      'the MKSTREAM option to create an empty stream automatically.',
  );
}

interface GroupOptions {
  readonly makesStream: boolean;
  readonly entriesRead: number | undefined;
}

function parseGroupOptions(args: readonly string[]): GroupOptions {
  let makesStream = false;
  let entriesRead = -1;
  const isCreate = optionOf(argument(args, 1)) === 'CREATE';
  for (let i = 5; i < args.length; i += 1) {
    const option = optionOf(argument(args, i));
    const value = args[i + 1];
    if (isCreate && option === 'MKSTREAM') {
      makesStream = true;
    } else if (option === 'ENTRIESREAD' && value !== undefined) {
      entriesRead = requireInteger(value);
      if (entriesRead < -1) throw plainError('value for ENTRIESREAD must be positive or -1');
      i += 1;
    } else {
      throw wrongSubcommand('XGROUP', argument(args, 1));
    }
  }
  return { makesStream, entriesRead: entriesRead === -1 ? undefined : entriesRead };
}

function create(context: CommandContext, args: readonly string[]): RawReply {
  const { makesStream, entriesRead } = parseGroupOptions(args);
  const key = argument(args, 2);
  const name = argument(args, 3);
  const found = context.keyspace.stream(key);
  if (!makesStream) requireKey(context, key);
  if (args.length > 8) throw wrongSubcommand('XGROUP', argument(args, 1));
  const text = argument(args, 4);
  const id = text === '$' ? (found?.lastId ?? MIN_ID) : requireId(text);
  const stream = found ?? context.keyspace.put(key, new Stream());
  if (stream.groups.has(name)) {
    throw new RedisReplyError('BUSYGROUP Consumer Group name already exists');
  }
  stream.groups.set(name, new ConsumerGroup(id, entriesRead));
  context.wrote();
  return OK;
}

function setId(context: CommandContext, args: readonly string[]): RawReply {
  const { entriesRead } = parseGroupOptions(args);
  const key = argument(args, 2);
  const name = argument(args, 3);
  const stream = requireKey(context, key);
  const group = stream.groups.get(name);
  if (group === undefined) throw noSuchGroup(key, name);
  if (args.length !== 5 && args.length !== 7) {
    throw wrongSubcommand('XGROUP', argument(args, 1));
  }
  const text = argument(args, 4);
  group.lastId =
    text === '$' ? stream.lastId : requireId(text, { missingSequence: 0, takesEnds: true });
  group.entriesRead = entriesRead;
  context.wrote();
  return OK;
}

function destroy(context: CommandContext, args: readonly string[]): RawReply {
  const stream = requireKey(context, argument(args, 2));
  if (!stream.groups.delete(argument(args, 3))) return 0;
  context.wrote();
  return 1;
}

function groupOfConsumer(context: CommandContext, args: readonly string[]): ConsumerGroup {
  const key = argument(args, 2);
  const name = argument(args, 3);
  const group = requireKey(context, key).groups.get(name);
  if (group === undefined) throw noSuchGroup(key, name);
  return group;
}

function createConsumer(context: CommandContext, args: readonly string[]): RawReply {
  const group = groupOfConsumer(context, args);
  const name = argument(args, 4);
  if (group.consumers.has(name)) return 0;
  group.seeConsumer(name, context.now);
  context.wrote();
  return 1;
}

function deleteConsumer(context: CommandContext, args: readonly string[]): RawReply {
  const group = groupOfConsumer(context, args);
  const consumer = group.consumers.get(argument(args, 4));
  if (consumer === undefined) return 0;
  group.deleteConsumer(consumer);
  context.wrote();
  return consumer.pending;
}

function xack(context: CommandContext, args: readonly string[]): RawReply {
  const group = context.keyspace.stream(argument(args, 1))?.groups.get(argument(args, 2));
  if (group === undefined) return 0;
  const ids = args.slice(3).map((text) => requireId(text));
  let acknowledged = 0;
  for (const id of ids) {
    const entry = group.pendingEntry(id);
    if (entry === undefined) continue;
    group.removePending(entry);
    acknowledged += 1;
  }
  if (acknowledged > 0) context.wrote();
  return acknowledged;
}

/** Which pending entries XPENDING is asked for. */
interface PendingQuery {
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly minIdle: number;
  readonly consumer: string | undefined;
}

function xpending(context: CommandContext, args: readonly string[]): RawReply {
  const isSummary = args.length === 3;
  if (!isSummary && (args.length < 6 || args.length > 9)) throw syntaxError();
  const query = isSummary ? undefined : parsePendingQuery(args);
  const { group } = requireGroup(context, argument(args, 1), argument(args, 2));
  return query === undefined ? pendingSummary(group) : pendingEntries(group, query, context.now);
}

function parsePendingQuery(args: readonly string[]): PendingQuery {
  let place = 3;
  let minIdle = 0;
  if (optionOf(argument(args, 3)) === 'IDLE') {
    minIdle = requireInteger(argument(args, 4));
    if (args.length < 8) throw syntaxError();
    place = 5;
  }
  const count = Math.max(0, requireInteger(argument(args, place + 2)));
  const start = requireStart(argument(args, place));
  const end = requireEnd(argument(args, place + 1));
  return { start, end, count, minIdle, consumer: args[place + 3] };
}

function pendingSummary(group: ConsumerGroup): RawReply {
  const first = group.pending[0];
  const last = group.pending.at(-1);
  if (first === undefined || last === undefined) return [0, null, null, null];
  const consumers = [...group.consumers.values()]
    .filter(({ pending }) => pending > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, pending }) => [name, String(pending)]);
  return [group.pending.length, formatId(first.id), formatId(last.id), consumers];
}

function pendingEntries(group: ConsumerGroup, query: PendingQuery, now: number): RawReply {
  const { start, end, count, minIdle, consumer } = query;
  const found: RawReply[] = [];
  for (const entry of group.pendingBetween(start, end)) {
    if (found.length >= count) break;
    if (consumer !== undefined && entry.consumer.name !== consumer) continue;
    const idle = now - entry.deliveredAt;
    if (minIdle !== 0 && idle < minIdle) continue;
    found.push([formatId(entry.id), entry.consumer.name, Math.max(0, idle), entry.deliveries]);
  }
  return found;
}
