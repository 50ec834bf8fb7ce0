import { optionOf } from '../bytes.ts';
import { requireInteger } from '../numbers.ts';
import { OK, plainError, type RawReply, RedisStatus, syntaxError, wrongArity } from '../reply.ts';
import {
  argument,
  command,
  type CommandContext,
  type CommandRun,
  type CommandTable,
} from './command.ts';

/** The version that is simulated. */
const VERSION = '7.0.15';
const PONG = new RedisStatus('PONG');

export const serverCommands: CommandTable = [
  [
    'PING',
    command('ping', -1, [], 'none', (_, args) => {
      if (args.length > 2) throw wrongArity('ping');
      return args[1] ?? PONG;
    }),
  ],
  [
    'TIME',
    command('time', 1, ['loading'], 'none', ({ nowUs }) => {
      return [String(Math.floor(nowUs / 1e6)), String(nowUs % 1e6)];
    }),
  ],
  [
    'INFO',
    command('info', -1, ['loading'], 'none', () => {
      const server = `# Server\r\nredis_version:${VERSION}\r\nredis_mode:standalone\r\n`;
      return `${server}\r\n# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n`;
    }),
  ],
  ['FLUSHALL', command('flushall', -1, ['write'], 'none', flush)],
  ['EVAL', command('eval', -3, ['noscript'], keysOfScript, evaluate(false))],
  ['EVAL_RO', command('eval_ro', -3, ['noscript'], keysOfScript, evaluate(true))],
  ['EVALSHA', command('evalsha', -3, ['noscript'], keysOfScript, evaluateSha(false))],
  ['EVALSHA_RO', command('evalsha_ro', -3, ['noscript'], keysOfScript, evaluateSha(true))],
  [
    'SCRIPT',
    {
      subcommands: new Map([
        [
          'EXISTS',
          command('script|exists', -3, ['noscript'], 'none', ({ scripts }, args) => {
            return args.slice(2).map((sha1) => (scripts.has(sha1) ? 1 : 0));
          }),
        ],
        ['FLUSH', command('script|flush', -2, ['noscript'], 'none', flushScripts)],
        [
          'LOAD',
          command('script|load', 3, ['noscript'], 'none', ({ scripts }, args) => {
            return scripts.load(argument(args, 2));
          }),
        ],
      ]),
    },
  ],
];

function flush(context: CommandContext, args: readonly string[]): RawReply {
  const option = optionOf(args[1] ?? 'SYNC');
  if (args.length > 2 || (option !== 'SYNC' && option !== 'ASYNC')) throw syntaxError();
  context.keyspace.clear();
  context.wrote(['FLUSHALL']);
  return OK;
}

function flushScripts({ scripts }: CommandContext, args: readonly string[]): RawReply {
  const option = optionOf(args[2] ?? 'SYNC');
  if (args.length > 3 || (option !== 'SYNC' && option !== 'ASYNC')) {
    throw plainError('SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  scripts.flush();
  return OK;
}

function keysOfScript(args: readonly string[]): readonly string[] {
  const count = Number(args[2]);
  return count >= 1 && count <= args.length - 3 ? args.slice(3, 3 + count) : [];
}

function evaluate(isReadOnly: boolean): CommandRun {
  return ({ scripts }, args) => {
    const count = requireKeyCount(args);
    const sha1 = scripts.load(argument(args, 1));
    return scripts.run(sha1, args.slice(3, 3 + count), args.slice(3 + count), isReadOnly);
  };
}

function evaluateSha(isReadOnly: boolean): CommandRun {
  return ({ scripts }, args) => {
    // What cannot be a digest is unknown whatever else was sent.
    const sha1 = argument(args, 1);
    const count = sha1.length === 40 ? requireKeyCount(args) : 0;
    const keys = args.slice(3, 3 + count);
    return scripts.run(sha1.toLowerCase(), keys, args.slice(3 + count), isReadOnly);
  };
}

function requireKeyCount(args: readonly string[]): number {
  const count = requireInteger(argument(args, 2));
  if (count > args.length - 3) {
    throw plainError("Number of keys can't be greater than number of args");
  }
  if (count < 0) throw plainError("Number of keys can't be negative");
  return count;
}
