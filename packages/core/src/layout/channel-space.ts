import { isRecord } from '../shared/check-options.ts';

/**
 * What the names of channels have beside those of keys. A server has only one set of channels for all of its
 * databases, and a client puts the key prefix of its options before keys alone.
 */
export interface ChannelSpace {
  readonly before: string;
  readonly after: string;
}

/** That of a client of database 0 without a key prefix, and of a cluster. */
export const MAIN_CHANNELS: ChannelSpace = { before: '', after: '' };

const databases = new WeakMap<object, number>();

/** Notes the database of a client that does not tell it. */
export function noteDatabase(client: object, database: number): void {
  databases.set(client, database);
}

/**
 * Finds out where the channels of a client are. A plain client of node-redis tells its options. Pools and
 * sentinels tell nothing: those of `createRedisClient` are known, and a pool of others has a subscriber.
 */
export function channelSpaceOf(client: object, subscriber: object | undefined): ChannelSpace {
  const database = databaseOf(client) ?? (subscriber && databaseOf(subscriber)) ?? 0;
  return { before: keyPrefixOf(client), after: database === 0 ? '' : `:${database}` };
}

/** What a client puts before the keys of its calls by itself, and not before those in a command that is sent as such. */
export function keyPrefixOf(client: object): string {
  const prefix = optionsOf(client)?.['keyPrefix'];
  return typeof prefix === 'string' || Buffer.isBuffer(prefix) ? String(prefix) : '';
}

/** The name of a channel that would be called like this if it were a key. */
export function channelName(key: string, { before, after }: ChannelSpace): string {
  return `${before}${key}${after}`;
}

function databaseOf(client: object): number | undefined {
  const database = databases.get(client) ?? optionsOf(client)?.['database'];
  return typeof database === 'number' ? database : undefined;
}

function optionsOf(client: object): Readonly<Record<string, unknown>> | undefined {
  const options: unknown = 'options' in client ? client.options : undefined;
  return isRecord(options) ? options : undefined;
}
