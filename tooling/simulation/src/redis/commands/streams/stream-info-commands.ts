import { optionOf } from '../../bytes.ts';
import { requireInteger } from '../../numbers.ts';
import { plainError, type RawReply, wrongSubcommand } from '../../reply.ts';
import type { Consumer, ConsumerGroup } from '../../values/consumer-group.ts';
import type { Stream } from '../../values/stream.ts';
import { formatId, MAX_ID, MIN_ID } from '../../values/stream-id.ts';
import { argument, command, type CommandContext, type CommandTable } from '../command.ts';
import { entryReply } from './stream-commands.ts';
import { noSuchGroup } from './stream-group-commands.ts';

export const streamInfoCommands: CommandTable = [
  [
    'XINFO',
    {
      subcommands: new Map([
        ['STREAM', command('xinfo|stream', -3, [], 'second', streamInfo)],
        ['GROUPS', command('xinfo|groups', 3, [], 'second', groupsInfo)],
        ['CONSUMERS', command('xinfo|consumers', 4, [], 'second', consumersInfo)],
      ]),
    },
  ],
];

function requireStream({ keyspace }: CommandContext, key: string): Stream {
  const stream = keyspace.stream(key);
  if (stream === undefined) throw plainError('no such key');
  return stream;
}

/** In the order in which Redis keeps names. */
function byName<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function groupsInfo(context: CommandContext, args: readonly string[]): RawReply {
  const stream = requireStream(context, argument(args, 2));
  return byName(stream.groups).map(([name, group]) => [
    'name',
    name,
    'consumers',
    group.consumers.size,
    'pending',
    group.pending.length,
    'last-delivered-id',
    formatId(group.lastId),
    'entries-read',
    group.entriesRead ?? null,
    'lag',
    lagOf(stream, group),
  ]);
}

/** How many entries a group did not read yet, where that can be told. */
function lagOf(stream: Stream, group: ConsumerGroup): number | null {
  if (stream.entriesAdded === 0) return 0;
  const isKnown = group.entriesRead !== undefined && !stream.hasTombstonesFrom(group.lastId);
  const read = isKnown ? group.entriesRead : stream.entriesUntil(group.lastId);
  return read === undefined ? null : stream.entriesAdded - read;
}

function consumersInfo(context: CommandContext, args: readonly string[]): RawReply {
  const key = argument(args, 2);
  const group = requireStream(context, key).groups.get(argument(args, 3));
  if (group === undefined) throw noSuchGroup(key, argument(args, 3));
  return byName(group.consumers).map(([name, { pending, seenAt }]) => [
    'name',
    name,
    'pending',
    pending,
    'idle',
    Math.max(0, context.now - seenAt),
  ]);
}

function streamInfo(context: CommandContext, args: readonly string[]): RawReply {
  const stream = requireStream(context, argument(args, 2));
  const limit = parseFullLimit(args);
  const head = [
    'length',
    stream.length,
    'radix-tree-keys',
    stream.nodes.length,
    'radix-tree-nodes',
    // As if no two keys shared a part: how the tree splits them is not simulated.
    stream.nodes.length + 1,
    'last-generated-id',
    formatId(stream.lastId),
    'max-deleted-entry-id',
    formatId(stream.maxDeletedId),
    'entries-added',
    stream.entriesAdded,
    'recorded-first-entry-id',
    formatId(stream.firstId),
  ];
  if (limit !== undefined) {
    const entries = stream.range(MIN_ID, MAX_ID, limit).map(entryReply);
    const groups = byName(stream.groups).map(([name, group]) =>
      fullGroup(stream, name, group, limit),
    );
    return [...head, 'entries', entries, 'groups', groups];
  }
  const [first] = stream.range(MIN_ID, MAX_ID, 1);
  const [last] = stream.reverseRange(MIN_ID, MAX_ID, 1);
  return [
    ...head,
    'groups',
    stream.groups.size,
    'first-entry',
    first === undefined ? null : entryReply(first),
    'last-entry',
    last === undefined ? null : entryReply(last),
  ];
}

/** How many of everything FULL lists; undefined without FULL. */
function parseFullLimit(args: readonly string[]): number | undefined {
  if (args.length === 3) return undefined;
  const hasCount = args.length === 6;
  const isValid =
    (args.length === 4 || hasCount) &&
    optionOf(argument(args, 3)) === 'FULL' &&
    (!hasCount || optionOf(argument(args, 4)) === 'COUNT');
  if (!isValid) throw wrongSubcommand('XINFO', argument(args, 1));
  const count = hasCount ? requireInteger(argument(args, 5)) : 10;
  if (count === 0) return Infinity;
  return count < 0 ? 10 : count;
}

function fullGroup(stream: Stream, name: string, group: ConsumerGroup, limit: number): RawReply {
  const pending = group.pending
    .slice(0, limit)
    .map(({ id, consumer, deliveredAt, deliveries }) => [
      formatId(id),
      consumer.name,
      deliveredAt,
      deliveries,
    ]);
  return [
    'name',
    name,
    'last-delivered-id',
    formatId(group.lastId),
    'entries-read',
    group.entriesRead ?? null,
    'lag',
    lagOf(stream, group),
    'pel-count',
    group.pending.length,
    'pending',
    pending,
    'consumers',
    byName(group.consumers).map(([, consumer]) => fullConsumer(group, consumer, limit)),
  ];
}

function fullConsumer(group: ConsumerGroup, consumer: Consumer, limit: number): RawReply {
  const pending = group.pending
    .filter((entry) => entry.consumer === consumer)
    .slice(0, limit)
    .map(({ id, deliveredAt, deliveries }) => [formatId(id), deliveredAt, deliveries]);
  return [
    'name',
    consumer.name,
    'seen-time',
    consumer.seenAt,
    'pel-count',
    consumer.pending,
    'pending',
    pending,
  ];
}
