import type { Command, Container } from './command.ts';
import { hashCommands } from './hash-commands.ts';
import { keyCommands } from './key-commands.ts';
import { pubsubCommands } from './pubsub-commands.ts';
import { serverCommands } from './server-commands.ts';
import { sortedSetCommands } from './sorted-set-commands.ts';
import { streamCommands } from './streams/stream-commands.ts';
import { streamGroupCommands } from './streams/stream-group-commands.ts';
import { streamInfoCommands } from './streams/stream-info-commands.ts';
import { streamReaderCommands } from './streams/stream-reader-commands.ts';
import { streamClaimCommands } from './streams/stream-claim-commands.ts';
import { stringCommands } from './string-commands.ts';

const COMMANDS: ReadonlyMap<string, Command | Container> = new Map([
  ...keyCommands,
  ...stringCommands,
  ...hashCommands,
  ...sortedSetCommands,
  ...streamCommands,
  ...streamGroupCommands,
  ...streamReaderCommands,
  ...streamClaimCommands,
  ...streamInfoCommands,
  ...pubsubCommands,
  ...serverCommands,
]);

/** What a call names. */
export type Found =
  | Command
  /** A container command, without one of its subcommands. */
  | 'no subcommand'
  | undefined;

/** The command that a call names. */
export function findCommand(args: readonly string[]): Found {
  const name = args[0] ?? '';
  const found = COMMANDS.get(name) ?? COMMANDS.get(name.toUpperCase());
  if (found === undefined || !('subcommands' in found)) return found;
  return found.subcommands.get((args[1] ?? '').toUpperCase()) ?? 'no subcommand';
}

/** The containers' own names, for calls without a subcommand. */
export function containerName(args: readonly string[]): string {
  return (args[0] ?? '').toLowerCase();
}
