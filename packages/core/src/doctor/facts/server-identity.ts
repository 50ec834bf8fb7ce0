import { textReply, textsReply } from '../../redis/reply.ts';
import { type Fact, isKnown, valueOf } from './fact.ts';
import { type Fields, replyEntries } from './server-replies.ts';

/** What a server is. */
export interface ServerIdentity {
  /** The program: `Redis`, `Valkey`, `Dragonfly` and the like. */
  readonly product: string;
  /** Who runs it, where the server says so. */
  readonly service: string | undefined;
  /** Its own version. */
  readonly version: string | undefined;
  /** That of the Redis which it says to be like. */
  readonly redisVersion: string | undefined;
}

/** What [HELLO](https://redis.io/docs/latest/commands/hello/) says. Users may ask it that may not ask for `INFO`. */
export interface Greeting {
  readonly server: string;
  readonly version: string;
  /** Where the modules of the server are from. */
  readonly modulePaths: readonly string[];
}

/** Reads the reply to `HELLO`. */
export function greetingOf(reply: unknown): Greeting {
  const entries = replyEntries(reply);
  const modules = entries.get('modules');
  return {
    server: textReply(entries.get('server')),
    version: textReply(entries.get('version')),
    modulePaths: Array.isArray(modules)
      ? modules.map((each: unknown) => textReply(replyEntries(each).get('path')))
      : [],
  };
}

/** Products by the field of INFO that has their version. */
const PRODUCTS: readonly (readonly [field: string, product: string])[] = [
  ['valkey_version', 'Valkey'],
  ['dragonfly_version', 'Dragonfly'],
  ['upstash_version', 'Upstash'],
  ['garnet_version', 'Garnet'],
  ['kvrocks_version', 'Kvrocks'],
  ['redict_version', 'Redict'],
  ['memurai_version', 'Memurai'],
];

/** Says what a server is, from all that tells. */
export function identityOf(info: Fact<Fields>, greeting: Fact<Greeting>): Fact<ServerIdentity> {
  const fields = valueOf(info);
  const hello = valueOf(greeting);
  const redisVersion = fields?.get('redis_version') ?? hello?.version;
  const service = serviceOf(fields, hello);
  for (const [field, product] of PRODUCTS) {
    const version = fields?.get(field);
    // Some say `df-v1.23.0`.
    if (version !== undefined) {
      return {
        value: { product, service, version: version.replace(/^[^\d]*/, ''), redisVersion },
      };
    }
  }
  if (redisVersion === undefined || redisVersion === '') {
    return { because: isKnown(info) ? 'neither INFO nor HELLO tells a version' : info.because };
  }
  const version = redisVersion;
  // It takes itself for Redis, but for a section of INFO and the name of its program.
  const isKeyDb =
    fields?.has('mvcc_depth') === true || /keydb/i.test(fields?.get('executable') ?? '');
  const product = isKeyDb ? 'KeyDB' : productOfName(fields?.get('server_name') ?? hello?.server);
  return { value: { product, service, version, redisVersion } };
}

function productOfName(name: string | undefined): string {
  if (name === undefined || name === '' || name === 'redis') return 'Redis';
  return name === 'valkey' ? 'Valkey' : name;
}

/** Only what servers say themselves: many services do not. */
function serviceOf(fields: Fields | undefined, hello: Greeting | undefined): string | undefined {
  const [amazon] = /Amazon (?:ElastiCache|MemoryDB)/.exec(fields?.get('os') ?? '') ?? [];
  if (amazon !== undefined) return amazon;
  const paths = hello?.modulePaths ?? [];
  if (fields?.has('rlec_version') === true || paths.some((path) => /enterprise/.test(path))) {
    return 'Redis Enterprise or Redis Cloud';
  }
  return paths.some((path) => /google/.test(path)) ? 'Google Memorystore' : undefined;
}

/** Whether a version is at least another one: `[6, 2]`. `undefined` where the text is no version. */
export function isAtLeast(
  version: string,
  [major, minor]: readonly [number, number],
): boolean | undefined {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (first === undefined) return undefined;
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

/** Whether a reply is one of `ACL GETUSER` for a user who may do everything. Versions tell it differently. */
export function mayDoEverything(reply: unknown): boolean {
  const entries = replyEntries(reply);
  const isAll = (name: string, all: readonly string[]): boolean => {
    const value = entries.get(name);
    return all.includes(Array.isArray(value) ? textsReply(value).join(' ') : textReply(value));
  };
  return (
    isAll('commands', ['+@all']) &&
    isAll('keys', ['*', '~*']) &&
    // Redis 6.0 has no rules for channels.
    (!entries.has('channels') || isAll('channels', ['*', '&*']))
  );
}
