import type { Layout } from '../../layout/server-layout.ts';

/** A package that keeps something in Redis: `@a2a-redis/<name>`. */
export type RedisDoctorPackageName =
  | 'task-store'
  | 'json-task-store'
  | 'streams-queue'
  | 'pubsub-queue'
  | 'push-config'
  | 'push-delivery';

/** What a package needs of its server. */
export interface PackageNeeds {
  /** What its keys begin with, unless its option `prefix` says otherwise. */
  readonly prefix: string;
  /**
   * What it calls: the command, with arguments as it takes them. `<key>` is one of its keys, `<channel>` one of its
   * channels, `|` stands before a subcommand.
   */
  readonly calls: readonly string[];
  /** Calls for what it offers beside its main purpose. */
  readonly optionalCalls?: readonly string[];
  /** Whether its keys expire: `always`, or only where the application asks for it. */
  readonly expires: 'always' | 'by-option';
  /** Whether what it keeps is worth more than the processes that wrote it: they cannot write it again. */
  readonly isLasting: boolean;
  /** The longest message that it publishes, in bytes, where it publishes any. */
  readonly longestMessageBytes?: number;
}

/** What every call of every package is. */
const SCRIPT_CALLS: readonly string[] = ['EVAL s 0', 'EVALSHA s 0'];

const INDEX_CALLS: readonly string[] = [
  'DEL <key>',
  'HDEL <key> f',
  'HGET <key> f',
  'HLEN <key>',
  'HSET <key> f v',
  'PTTL <key>',
  'TIME',
  'ZADD <key> 0 m',
  'ZCARD <key>',
  'ZLEXCOUNT <key> - +',
  'ZRANGE <key> 0 1',
  'ZRANGEBYSCORE <key> 0 1',
  'ZREM <key> m',
  'ZREVRANGEBYLEX <key> + -',
  'ZSCORE <key> m',
];

const STATE_CALLS: readonly string[] = [
  'DEL <key>',
  'EXISTS <key>',
  'EXPIRE <key> 1',
  'HDEL <key> f',
  'HEXISTS <key> f',
  'HGET <key> f',
  'HGETALL <key>',
  'HKEYS <key>',
  'HLEN <key>',
  'HMGET <key> f',
  'HSCAN <key> 0',
  'HSET <key> f v',
  'PEXPIRE <key> 1',
  'SET <key> v',
  'TIME',
  'ZADD <key> 0 m',
  'ZRANGE <key> 0 1',
  'ZREM <key> m',
  'ZSCORE <key> m',
];

/** What each package needs. A test of `tooling/checks` compares it with the scripts and options of the packages. */
export const PACKAGE_NEEDS: Readonly<Record<RedisDoctorPackageName, PackageNeeds>> = {
  'task-store': {
    prefix: 'a2a:tasks:',
    calls: [
      ...SCRIPT_CALLS,
      ...INDEX_CALLS,
      'EXISTS <key>',
      'EXPIRE <key> 1',
      'HGETALL <key>',
      'HMGET <key> f',
      'PERSIST <key>',
    ],
    expires: 'by-option',
    isLasting: true,
  },
  'json-task-store': {
    prefix: 'a2a:json-tasks:',
    calls: [
      ...SCRIPT_CALLS,
      ...INDEX_CALLS,
      'EXPIRE <key> 1',
      'JSON.ARRAPPEND <key> $ 1',
      'JSON.ARRLEN <key> $',
      'JSON.DEL <key> $',
      'JSON.GET <key> $',
      'JSON.SET <key> $ 1',
      'JSON.TYPE <key> $',
      'PERSIST <key>',
      'TYPE <key>',
    ],
    optionalCalls: ['FT.CREATE i SCHEMA f TEXT', 'FT.SEARCH i *'],
    expires: 'by-option',
    isLasting: true,
  },
  'streams-queue': {
    prefix: 'a2a:queues:',
    calls: [
      ...SCRIPT_CALLS,
      ...STATE_CALLS,
      'XACK <key> g 0-1',
      'XADD <key> * f v',
      'XCLAIM <key> g c 0 0-1',
      'XDEL <key> 0-1',
      'XGROUP|CREATE <key> g $',
      'XGROUP|CREATECONSUMER <key> g c',
      'XGROUP|DELCONSUMER <key> g c',
      'XGROUP|DESTROY <key> g',
      'XINFO|CONSUMERS <key> g',
      'XINFO|GROUPS <key>',
      'XPENDING <key> g',
      'XRANGE <key> - +',
      'XREADGROUP GROUP g c STREAMS <key> >',
      'XREVRANGE <key> + -',
    ],
    expires: 'always',
    isLasting: true,
    longestMessageBytes: 16 * 1024,
  },
  'pubsub-queue': {
    prefix: 'a2a:queues:',
    calls: [...SCRIPT_CALLS, ...STATE_CALLS, 'GET <key>'],
    expires: 'always',
    isLasting: false,
    longestMessageBytes: 4 * 1024 * 1024,
  },
  'push-config': {
    prefix: 'a2a:push:',
    calls: [
      ...SCRIPT_CALLS,
      'DEL <key>',
      'EXPIRE <key> 1',
      'HDEL <key> f',
      'HEXISTS <key> f',
      'HGET <key> f',
      'HGETALL <key>',
      'HINCRBY <key> f 1',
      'HLEN <key>',
      'HSET <key> f v',
      'PERSIST <key>',
      'TIME',
      'TYPE <key>',
    ],
    expires: 'by-option',
    isLasting: true,
  },
  'push-delivery': {
    prefix: 'a2a:delivery:',
    calls: [
      ...SCRIPT_CALLS,
      'EXISTS <key>',
      'EXPIRE <key> 1',
      'HDEL <key> f',
      'HGET <key> f',
      'HGETALL <key>',
      'HKEYS <key>',
      'HSET <key> f v',
      'TIME',
      'TTL <key>',
      'TYPE <key>',
      'ZADD <key> 0 m',
      'ZCARD <key>',
      'ZLEXCOUNT <key> - +',
      'ZRANGE <key> 0 1',
      'ZRANGEBYSCORE <key> 0 1',
      'ZREM <key> m',
      'ZSCORE <key> m',
    ],
    expires: 'always',
    isLasting: true,
    longestMessageBytes: 4,
  },
};

/** How a queue manager reaches its subscribers, by how the server keeps keys. */
const MESSAGE_CALLS: Readonly<Record<Layout, readonly string[]>> = {
  single: ['PUBLISH <channel> m', 'SUBSCRIBE <channel>', 'UNSUBSCRIBE <channel>'],
  cluster: ['SPUBLISH <channel> m', 'SSUBSCRIBE <channel>', 'SUNSUBSCRIBE <channel>'],
};

/** What counts the subscribers of a direct queue. */
const COUNT_CALLS: Readonly<Record<Layout, string>> = {
  single: 'PUBSUB|NUMSUB <channel>',
  cluster: 'PUBSUB|SHARDNUMSUB <channel>',
};

/** A script call that touches a key is refused as a whole where the user has no access to that. */
export const KEY_ACCESS_CALL = 'EVALSHA s 1 <key>';

/** A package and its prefix, as an application has it. */
export interface UsedPackage {
  readonly name: RedisDoctorPackageName;
  readonly prefix: string;
}

/** What a package calls on a server of a layout. */
export function callsOf(name: RedisDoctorPackageName, layout: Layout): readonly string[] {
  const { calls, longestMessageBytes } = PACKAGE_NEEDS[name];
  if (longestMessageBytes === undefined) return calls;
  const counts = name === 'pubsub-queue' ? [COUNT_CALLS[layout]] : [];
  return [...calls, ...MESSAGE_CALLS[layout], ...counts];
}

/** All calls of a package that a server is asked about: it may not have told its layout yet. */
export function probedCalls(name: RedisDoctorPackageName): readonly string[] {
  const { optionalCalls = [] } = PACKAGE_NEEDS[name];
  const calls = [...callsOf(name, 'single'), ...callsOf(name, 'cluster'), ...optionalCalls];
  return [...new Set([...calls, KEY_ACCESS_CALL])];
}

/** The words of a call, as a server takes them, on a key and a channel of a package. */
export function wordsOf(call: string, key: string, channel: string): readonly string[] {
  const [command = '', ...args] = call.split(' ');
  const words = args.map((arg) => (arg === '<key>' ? key : arg === '<channel>' ? channel : arg));
  return [...command.split('|'), ...words];
}

/** The name of the command in a call, as ACL rules have it: `xgroup|create` in capitals. */
export function commandOf(call: string): string {
  return call.split(' ', 1)[0] ?? call;
}
