import { optionOf } from '../../bytes.ts';
import { requireInteger } from '../../numbers.ts';
import { plainError, quoted, quotingError, type RawReply, syntaxError } from '../../reply.ts';
import type { Consumer, ConsumerGroup, PendingEntry } from '../../values/consumer-group.ts';
import type { StreamEntry } from '../../values/stream.ts';
import {
  compareIds,
  formatId,
  MAX_ID,
  MIN_ID,
  parseId,
  requireId,
  requireStart,
  type StreamId,
} from '../../values/stream-id.ts';
import { argument, command, type CommandContext, type CommandTable } from '../command.ts';
import { entryReply } from './stream-commands.ts';
import { requireGroup } from './stream-group-commands.ts';

export const streamClaimCommands: CommandTable = [
  ['XCLAIM', command('xclaim', -6, ['write'], 'first', xclaim)],
  ['XAUTOCLAIM', command('xautoclaim', -6, ['write'], 'first', xautoclaim)],
];

interface ClaimOptions {
  readonly ids: readonly StreamId[];
  readonly forces: boolean;
  readonly justIds: boolean;
  readonly deliveredAt: number;
  readonly deliveries: number | undefined;
  readonly lastId: StreamId;
}

function xclaim(context: CommandContext, args: readonly string[]): RawReply {
  const { stream, group } = requireGroup(context, argument(args, 1), argument(args, 2));
  const minIdle = requireMinIdle(argument(args, 4), 'XCLAIM');
  const options = parseClaimOptions(args, context.now);
  if (compareIds(options.lastId, group.lastId) > 0) {
    group.lastId = options.lastId;
    context.wrote();
  }
  const name = argument(args, 3);
  const claimed: RawReply[] = [];
  let claimer: Consumer | undefined;
  for (const id of options.ids) {
    const entry = stream.entry(id);
    const known = group.pendingEntry(id);
    if (entry === undefined) {
      if (known !== undefined) {
        group.removePending(known);
        context.wrote();
      }
      continue;
    }
    if (known === undefined && !options.forces) continue;
    if (known !== undefined && isFresh(known, minIdle, context.now)) continue;
    claimer ??= group.seeConsumer(name, context.now);
    const pending = take(group, known, claimer, id);
    pending.deliveredAt = options.deliveredAt;
    if (options.deliveries !== undefined) pending.deliveries = options.deliveries;
    else if (!options.justIds) pending.deliveries += 1;
    claimed.push(claimReply(entry, options.justIds));
    context.wrote();
  }
  return claimed;
}

/** Gives a consumer an entry, which nobody or another may have. */
function take(
  group: ConsumerGroup,
  known: PendingEntry | undefined,
  consumer: Consumer,
  id: StreamId,
): PendingEntry {
  if (known !== undefined) {
    group.assign(known, consumer);
    return known;
  }
  const entry: PendingEntry = { id, consumer, deliveredAt: 0, deliveries: 1 };
  group.addPending(entry);
  return entry;
}

function isFresh({ deliveredAt }: PendingEntry, minIdle: number, now: number): boolean {
  return minIdle > 0 && now - deliveredAt < minIdle;
}

function claimReply(entry: StreamEntry, justId: boolean): RawReply {
  return justId ? formatId(entry.id) : entryReply(entry);
}

function requireMinIdle(text: string, name: string): number {
  return Math.max(0, requireInteger(text, `Invalid min-idle-time argument for ${name}`));
}

function parseClaimOptions(args: readonly string[], now: number): ClaimOptions {
  const ids: StreamId[] = [];
  let place = 5;
  for (; place < args.length; place += 1) {
    const id = parseId(argument(args, place));
    if (id === undefined) break;
    ids.push(id);
  }
  let forces = false;
  let justIds = false;
  let deliveredAt = now;
  let deliveries = -1;
  let lastId = MIN_ID;
  for (; place < args.length; place += 1) {
    const text = argument(args, place);
    const option = optionOf(text);
    const value = args[place + 1];
    if (option === 'FORCE') {
      forces = true;
      continue;
    }
    if (option === 'JUSTID') {
      justIds = true;
      continue;
    }
    if (value === undefined || !CLAIM_VALUES.has(option)) {
      throw quotingError('ERR', `Unrecognized XCLAIM option '${quoted(text)}'`);
    }
    place += 1;
    if (option === 'LASTID') {
      lastId = requireId(value);
      continue;
    }
    const number = requireInteger(value, `Invalid ${option} option argument for XCLAIM`);
    if (option === 'RETRYCOUNT') deliveries = number;
    else deliveredAt = option === 'IDLE' ? now - number : number;
  }
  if (deliveredAt < 0 || deliveredAt > now) deliveredAt = now;
  return {
    ids,
    forces,
    justIds,
    deliveredAt,
    deliveries: deliveries < 0 ? undefined : deliveries,
    lastId,
  };
}

const CLAIM_VALUES = new Set(['IDLE', 'TIME', 'RETRYCOUNT', 'LASTID']);

/** XAUTOCLAIM looks at so many entries for each that it may claim. */
const ATTEMPTS = 10;
/** More would be too many for the memory of a server. */
const MOST_CLAIMS = 2 ** 59;

function xautoclaim(context: CommandContext, args: readonly string[]): RawReply {
  const minIdle = requireMinIdle(argument(args, 4), 'XAUTOCLAIM');
  const start = requireStart(argument(args, 5));
  const { count, justIds } = parseAutoclaimOptions(args);
  const { stream, group } = requireGroup(context, argument(args, 1), argument(args, 2));
  const claimed: RawReply[] = [];
  const gone: RawReply[] = [];
  let claimer: Consumer | undefined;
  let attempts = count * ATTEMPTS;
  let next: StreamId = MIN_ID;
  for (const pending of Array.from(group.pendingBetween(start, MAX_ID))) {
    if (attempts === 0 || claimed.length + gone.length === count) {
      next = pending.id;
      break;
    }
    attempts -= 1;
    const entry = stream.entry(pending.id);
    if (entry === undefined) {
      group.removePending(pending);
      gone.push(formatId(pending.id));
      context.wrote();
      continue;
    }
    if (isFresh(pending, minIdle, context.now)) continue;
    claimer ??= group.seeConsumer(argument(args, 3), context.now);
    group.assign(pending, claimer);
    pending.deliveredAt = context.now;
    if (!justIds) pending.deliveries += 1;
    claimed.push(claimReply(entry, justIds));
    context.wrote();
  }
  return [formatId(next), claimed, gone];
}

function parseAutoclaimOptions(args: readonly string[]): {
  readonly count: number;
  readonly justIds: boolean;
} {
  let count = 100;
  let justIds = false;
  for (let i = 6; i < args.length; i += 1) {
    const option = optionOf(argument(args, i));
    const value = args[i + 1];
    if (option === 'COUNT' && value !== undefined) {
      count = requireInteger(value, 'COUNT must be > 0');
      if (count < 1 || count > MOST_CLAIMS) throw plainError('COUNT must be > 0');
      i += 1;
    } else if (option === 'JUSTID') {
      justIds = true;
    } else {
      throw syntaxError();
    }
  }
  return { count, justIds };
}
