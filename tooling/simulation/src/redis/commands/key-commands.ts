import { optionOf } from '../bytes.ts';
import { matchesGlob } from '../glob.ts';
import { isInt64, requireBigInteger } from '../numbers.ts';
import { plainError, quoted, quotingError, type RawReply, RedisStatus } from '../reply.ts';
import { argument, command, type CommandContext, type CommandTable } from './command.ts';
import { requireCursor, scanPage } from '../scan-page.ts';

export const keyCommands: CommandTable = [
  ['DEL', command('del', -2, ['write'], 'all', del)],
  [
    'EXISTS',
    command('exists', -2, [], 'all', ({ keyspace }, args) => {
      let count = 0;
      for (let i = 1; i < args.length; i += 1) {
        if (keyspace.find(argument(args, i)) !== undefined) count += 1;
      }
      return count;
    }),
  ],
  ['EXPIRE', expiring('expire', 1000n, true)],
  ['EXPIREAT', expiring('expireat', 1000n, false)],
  ['PEXPIRE', expiring('pexpire', 1n, true)],
  ['PEXPIREAT', expiring('pexpireat', 1n, false)],
  ['PERSIST', command('persist', 2, ['write'], 'first', persist)],
  ['PTTL', command('pttl', 2, [], 'first', (context, args) => timeLeft(context, args))],
  [
    'TTL',
    command('ttl', 2, [], 'first', (context, args) => {
      const left = timeLeft(context, args);
      return left < 0 ? left : Math.floor((left + 500) / 1000);
    }),
  ],
  [
    'PEXPIRETIME',
    command('pexpiretime', 2, [], 'first', ({ keyspace }, args) => {
      const entry = keyspace.find(argument(args, 1));
      return entry === undefined ? -2 : (entry.expiresAt ?? -1);
    }),
  ],
  [
    'TYPE',
    command('type', 2, [], 'first', ({ keyspace }, args) => {
      return TYPES[keyspace.find(argument(args, 1))?.value.type ?? 'none'];
    }),
  ],
  [
    'KEYS',
    command('keys', 2, [], 'none', ({ keyspace }, args) => {
      const pattern = argument(args, 1);
      return keyspace
        .names()
        .filter((key) => matchesGlob(pattern, key) && keyspace.peek(key) !== undefined);
    }),
  ],
  ['SCAN', command('scan', -2, [], 'none', scan)],
  ['DBSIZE', command('dbsize', 1, [], 'none', ({ keyspace }) => keyspace.size)],
];

const TYPES = {
  none: new RedisStatus('none'),
  string: new RedisStatus('string'),
  hash: new RedisStatus('hash'),
  zset: new RedisStatus('zset'),
  stream: new RedisStatus('stream'),
} as const;

function del(context: CommandContext, args: readonly string[]): RawReply {
  let deleted = 0;
  for (let i = 1; i < args.length; i += 1) {
    const key = argument(args, i);
    if (context.keyspace.find(key) !== undefined && context.keyspace.delete(key)) deleted += 1;
  }
  if (deleted > 0) context.wrote();
  return deleted;
}

function persist(context: CommandContext, args: readonly string[]): RawReply {
  const entry = context.keyspace.find(argument(args, 1));
  if (entry?.expiresAt === undefined) return 0;
  entry.expiresAt = undefined;
  context.wrote();
  return 1;
}

/** In milliseconds; -1 for no end, -2 for no key. */
function timeLeft({ keyspace, now }: CommandContext, args: readonly string[]): number {
  const entry = keyspace.find(argument(args, 1));
  if (entry === undefined) return -2;
  return entry.expiresAt === undefined ? -1 : Math.max(0, entry.expiresAt - now);
}

/** EXPIRE, or one of the commands like it. */
function expiring(name: string, unit: bigint, isRelative: boolean): ReturnType<typeof command> {
  return command(name, -3, ['write'], 'first', (context, args) => {
    const condition = args.length > 3 ? requireConditions(args) : undefined;
    const key = argument(args, 1);
    const at = momentOf(argument(args, 2));
    if (at === undefined || at > MAX_MOMENT - (isRelative ? BigInt(context.now) : 0n)) {
      throw plainError(`invalid expire time in '${name}' command`);
    }
    return expire(context, key, Number(at) + (isRelative ? context.now : 0), condition);
  });

  function momentOf(text: string): bigint | undefined {
    const moment = requireBigInteger(text) * unit;
    return isInt64(moment) ? moment : undefined;
  }
}

const MAX_MOMENT = 2n ** 63n - 1n;

type Conditions = ReadonlySet<string>;

function requireConditions(args: readonly string[]): Conditions {
  const conditions = new Set<string>();
  for (const text of args.slice(3)) {
    const condition = optionOf(text);
    if (!CONDITIONS.has(condition)) {
      throw quotingError('ERR', `Unsupported option ${quoted(text)}`);
    }
    conditions.add(condition);
  }
  if (conditions.has('NX') && conditions.size > 1) {
    throw plainError('NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('GT') && conditions.has('LT')) {
    throw plainError('GT and LT options at the same time are not compatible');
  }
  return conditions;
}

const CONDITIONS: Conditions = new Set(['NX', 'XX', 'GT', 'LT']);

function expire(
  context: CommandContext,
  key: string,
  at: number,
  conditions: Conditions | undefined,
): RawReply {
  const { keyspace } = context;
  const entry = keyspace.find(key);
  if (entry === undefined) return 0;
  if (conditions !== undefined && !allows(conditions, entry.expiresAt, at)) return 0;
  if (at <= context.now && keyspace.expiryRule === 'delete') {
    keyspace.delete(key);
    context.wrote(['DEL', key]);
  } else {
    entry.expiresAt = at;
    context.wrote(['PEXPIREAT', key, String(at)]);
  }
  return 1;
}

function allows(conditions: Conditions, before: number | undefined, at: number): boolean {
  if (conditions.has('NX') && before !== undefined) return false;
  if (conditions.has('XX') && before === undefined) return false;
  if (conditions.has('GT') && (before === undefined || at <= before)) return false;
  return !conditions.has('LT') || before === undefined || at < before;
}

function scan({ keyspace }: CommandContext, args: readonly string[]): RawReply {
  const cursor = requireCursor(argument(args, 1));
  const page = scanPage(keyspace.names(), cursor, args.slice(2), {
    isWhole: false,
    typeOf: (key) => keyspace.peek(key)?.value.type ?? 'none',
  });
  return [page.cursor, page.names.filter((key) => keyspace.find(key) !== undefined)];
}
