import type { RawReply } from '../reply.ts';
import {
  argument,
  type ChannelKind,
  command,
  type CommandContext,
  type CommandTable,
} from './command.ts';

export const pubsubCommands: CommandTable = [
  [
    'PUBLISH',
    command('publish', 3, ['loading', 'may_replicate'], 'none', (context, args) => {
      return context.publish('channel', argument(args, 1), argument(args, 2));
    }),
  ],
  [
    'SPUBLISH',
    command('spublish', 3, ['loading', 'may_replicate'], 'first', (context, args) => {
      return context.publish('shard', argument(args, 1), argument(args, 2));
    }),
  ],
  [
    'PUBSUB',
    {
      subcommands: new Map([
        [
          'NUMSUB',
          command('pubsub|numsub', -2, ['loading'], 'none', (context, args) => {
            return counts(context, 'channel', args);
          }),
        ],
        [
          'SHARDNUMSUB',
          command('pubsub|shardnumsub', -2, ['loading'], 'none', (context, args) => {
            return counts(context, 'shard', args);
          }),
        ],
      ]),
    },
  ],
];

function counts(context: CommandContext, kind: ChannelKind, args: readonly string[]): RawReply {
  return args.slice(2).flatMap((channel) => [channel, context.subscribers(kind, channel)]);
}
