import { isInt64, parseBigInteger, requireBigInteger } from '../numbers.ts';
import { plainError, type RawReply, wrongArity } from '../reply.ts';
import { Hash } from '../values/hash.ts';
import { argument, command, type CommandContext, type CommandTable } from './command.ts';
import { requireCursor, scanPage } from '../scan-page.ts';

export const hashCommands: CommandTable = [
  ['HDEL', command('hdel', -3, ['write'], 'first', hdel)],
  [
    'HEXISTS',
    command('hexists', 3, [], 'first', ({ keyspace }, args) => {
      return keyspace.hash(argument(args, 1))?.has(argument(args, 2)) === true ? 1 : 0;
    }),
  ],
  [
    'HGET',
    command('hget', 3, [], 'first', ({ keyspace }, args) => {
      return keyspace.hash(argument(args, 1))?.get(argument(args, 2)) ?? null;
    }),
  ],
  [
    'HGETALL',
    command('hgetall', 2, [], 'first', ({ keyspace }, args) => {
      const hash = keyspace.hash(argument(args, 1));
      return hash === undefined ? [] : pairsOf(hash);
    }),
  ],
  ['HINCRBY', command('hincrby', 4, ['write', 'denyoom'], 'first', hincrby)],
  [
    'HKEYS',
    command('hkeys', 2, [], 'first', ({ keyspace }, args) => {
      return [...(keyspace.hash(argument(args, 1))?.fields.keys() ?? [])];
    }),
  ],
  [
    'HLEN',
    command('hlen', 2, [], 'first', ({ keyspace }, args) => {
      return keyspace.hash(argument(args, 1))?.size ?? 0;
    }),
  ],
  [
    'HMGET',
    command('hmget', -3, [], 'first', ({ keyspace }, args) => {
      const hash = keyspace.hash(argument(args, 1));
      const values: RawReply[] = [];
      for (let i = 2; i < args.length; i += 1) values.push(hash?.get(argument(args, i)) ?? null);
      return values;
    }),
  ],
  ['HSCAN', command('hscan', -3, [], 'first', hscan)],
  ['HSET', command('hset', -4, ['write', 'denyoom'], 'first', hset)],
];

function hset(context: CommandContext, args: readonly string[]): RawReply {
  if (args.length % 2 === 1) throw wrongArity('hset');
  const key = argument(args, 1);
  const hash = context.keyspace.hash(key) ?? context.keyspace.put(key, new Hash());
  let created = 0;
  for (let i = 2; i < args.length; i += 2) {
    if (hash.set(argument(args, i), argument(args, i + 1))) created += 1;
  }
  context.wrote();
  return created;
}

function hdel(context: CommandContext, args: readonly string[]): RawReply {
  const key = argument(args, 1);
  const hash = context.keyspace.hash(key);
  if (hash === undefined) return 0;
  let deleted = 0;
  for (let i = 2; i < args.length; i += 1) if (hash.delete(argument(args, i))) deleted += 1;
  if (hash.size === 0) context.keyspace.delete(key);
  if (deleted > 0) context.wrote();
  return deleted;
}

function hincrby(context: CommandContext, args: readonly string[]): RawReply {
  const key = argument(args, 1);
  const field = argument(args, 2);
  const increment = requireBigInteger(argument(args, 3));
  const hash = context.keyspace.hash(key);
  const before = parseBigInteger(hash?.get(field) ?? '0');
  if (before === undefined) throw plainError('hash value is not an integer');
  const after = before + increment;
  if (!isInt64(after)) throw plainError('increment or decrement would overflow');
  (hash ?? context.keyspace.put(key, new Hash())).set(field, String(after));
  context.wrote();
  return Number(after);
}

function hscan({ keyspace }: CommandContext, args: readonly string[]): RawReply {
  const cursor = requireCursor(argument(args, 2));
  const hash = keyspace.hash(argument(args, 1));
  if (hash === undefined) return ['0', []];
  const page = scanPage([...hash.fields.keys()], cursor, args.slice(3), {
    isWhole: !hash.isLarge,
    typeOf: undefined,
  });
  return [page.cursor, page.names.flatMap((name) => [name, hash.get(name) ?? ''])];
}

function pairsOf(hash: Hash): string[] {
  const pairs: string[] = [];
  for (const [field, value] of hash.fields) pairs.push(field, value);
  return pairs;
}
