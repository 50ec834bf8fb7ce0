import type { Keyspace, RedisValue } from './keyspace.ts';
import { formatDouble } from './numbers.ts';
import type { ConsumerGroup } from './values/consumer-group.ts';
import type { Stream } from './values/stream.ts';
import { formatId, MAX_ID, MIN_ID } from './values/stream-id.ts';

/** A consumer group, its consumers and entries in order. */
export interface GroupDump {
  readonly name: string;
  readonly lastId: string;
  readonly entriesRead: number | undefined;
  readonly consumers: readonly { readonly name: string; readonly seenAt: number }[];
  readonly pending: readonly {
    readonly id: string;
    readonly consumer: string;
    readonly deliveredAt: number;
    readonly deliveries: number;
  }[];
}

/** What a stream holds. */
export interface StreamDump {
  readonly type: 'stream';
  readonly entries: readonly (readonly [string, readonly string[]])[];
  /** How many nodes its entries are in. */
  readonly nodes: number;
  readonly lastId: string;
  readonly firstId: string;
  readonly maxDeletedId: string;
  readonly entriesAdded: number;
  readonly groups: readonly GroupDump[];
}

/** What a key holds; fields of a hash in the order of their bytes. */
export type ValueDump =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'hash'; readonly fields: readonly (readonly [string, string])[] }
  | { readonly type: 'zset'; readonly members: readonly (readonly [string, string])[] }
  | StreamDump;

/** All keys in the order of their bytes. */
export type KeyspaceDump = readonly {
  readonly key: string;
  readonly expiresAt: number | undefined;
  readonly value: ValueDump;
}[];

/** Describes all keys whose time is not over. */
export function dumpKeyspace(keyspace: Keyspace): KeyspaceDump {
  return keyspace
    .names()
    .toSorted(byBytes)
    .flatMap((key) => {
      const entry = keyspace.peek(key);
      if (entry === undefined) return [];
      return [{ key, expiresAt: entry.expiresAt, value: dumpValue(entry.value) }];
    });
}

function dumpValue(value: RedisValue): ValueDump {
  const { type } = value;
  if (type === 'string') return { type, text: value.text };
  if (type === 'hash') return { type, fields: sorted(value.fields) };
  if (type === 'stream') return dumpStream(value);
  return {
    type,
    members: value.members.map(({ member, score }) => [member, formatDouble(score)]),
  };
}

function dumpStream(stream: Stream): StreamDump {
  return {
    type: 'stream',
    entries: stream.range(MIN_ID, MAX_ID, Infinity).map(({ id, fields }) => [formatId(id), fields]),
    nodes: stream.nodes.length,
    lastId: formatId(stream.lastId),
    firstId: formatId(stream.firstId),
    maxDeletedId: formatId(stream.maxDeletedId),
    entriesAdded: stream.entriesAdded,
    groups: sorted(stream.groups).map(([name, group]) => dumpGroup(name, group)),
  };
}

function dumpGroup(name: string, group: ConsumerGroup): GroupDump {
  return {
    name,
    lastId: formatId(group.lastId),
    entriesRead: group.entriesRead,
    consumers: sorted(group.consumers).map(([consumer, { seenAt }]) => ({
      name: consumer,
      seenAt,
    })),
    pending: group.pending.map(({ id, consumer, deliveredAt, deliveries }) => ({
      id: formatId(id),
      consumer: consumer.name,
      deliveredAt,
      deliveries,
    })),
  };
}

function sorted<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].toSorted(([a], [b]) => byBytes(a, b));
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
