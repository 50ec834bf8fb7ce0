import { optionOf } from '../bytes.ts';
import { isInt64, requireBigInteger } from '../numbers.ts';
import { OK, plainError, type RawReply, syntaxError } from '../reply.ts';
import { StringValue } from '../values/hash.ts';
import { argument, command, type CommandContext, type CommandTable } from './command.ts';

/** How SET was asked to expire the key. */
interface Expiry {
  readonly option: 'EX' | 'PX' | 'EXAT' | 'PXAT';
  readonly time: string;
}

interface SetOptions {
  readonly expiry: Expiry | undefined;
  readonly keepsTtl: boolean;
  readonly getsOld: boolean;
  readonly condition: 'NX' | 'XX' | undefined;
}

export const stringCommands: CommandTable = [
  [
    'GET',
    command('get', 2, [], 'first', ({ keyspace }, args) => {
      return keyspace.string(argument(args, 1))?.text ?? null;
    }),
  ],
  ['SET', command('set', -3, ['write', 'denyoom'], 'first', set)],
];

function set(context: CommandContext, args: readonly string[]): RawReply {
  const { keyspace } = context;
  const key = argument(args, 1);
  const text = argument(args, 2);
  const options = parseOptions(args);
  const { expiry, condition, getsOld } = options;
  const at = expiry === undefined ? undefined : momentOf(expiry, context.now);
  const old = getsOld ? (keyspace.string(key)?.text ?? null) : undefined;
  const found = keyspace.find(key);
  if (condition !== undefined && (condition === 'NX') === (found !== undefined)) return old ?? null;
  const kept = options.keepsTtl ? found?.expiresAt : undefined;
  keyspace.put(key, new StringValue(text), at ?? kept);
  context.wrote(at === undefined ? undefined : ['SET', key, text, 'PXAT', String(at)]);
  return old === undefined ? OK : old;
}

function parseOptions(args: readonly string[]): SetOptions {
  let expiry: Expiry | undefined;
  let keepsTtl = false;
  let getsOld = false;
  let condition: SetOptions['condition'];
  for (let i = 3; i < args.length; i += 1) {
    const option = optionOf(argument(args, i));
    const time = args[i + 1];
    if ((option === 'NX' || option === 'XX') && (condition ?? option) === option) {
      condition = option;
    } else if (option === 'GET') {
      getsOld = true;
    } else if (option === 'KEEPTTL' && expiry === undefined) {
      keepsTtl = true;
    } else if (
      (option === 'EX' || option === 'PX' || option === 'EXAT' || option === 'PXAT') &&
      !keepsTtl &&
      (expiry?.option ?? option) === option &&
      time !== undefined
    ) {
      expiry = { option, time };
      i += 1;
    } else {
      throw syntaxError();
    }
  }
  return { expiry, keepsTtl, getsOld, condition };
}

/** In milliseconds since the epoch. */
function momentOf({ option, time }: Expiry, now: number): number {
  let value = requireBigInteger(time);
  if (value > 0n && option.startsWith('EX')) value *= 1000n;
  const isValid = value > 0n && isInt64(value);
  if (isValid && !option.endsWith('AT')) value += BigInt(now);
  if (!isValid || !isInt64(value)) throw plainError("invalid expire time in 'set' command");
  return Number(value);
}
