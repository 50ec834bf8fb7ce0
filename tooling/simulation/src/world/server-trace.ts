import { createHash } from 'node:crypto';

import type { Execution } from '../network/server-node.ts';
import { textOf } from '../redis/bytes.ts';
import type { Reply } from '../redis/reply.ts';

/** The names of scripts by their digests: the bundle has `defineScript` fill it. */
declare global {
  var simulatedScripts: Map<string, string> | undefined;
}

/** Calls that only keep things going, and would fill a trace. */
const QUIET: ReadonlySet<string> = new Set([
  'renew-lease',
  'HLEN',
  'PING',
  'read-state',
  'read-position',
]);
const LONGEST = 60;

/** What a server did, in a line of a trace; nothing where that is of little interest. */
export function describeCall({ by, args, reply }: Execution): string | undefined {
  const [command = '', , keyCount = '0', key = '', ...rest] = args;
  const isScript = command === 'EVALSHA' || command === 'EVAL';
  const values = isScript ? rest.slice(Number(keyCount) - 1) : [];
  const script = scriptOf(args);
  // Told by what it runs.
  const isCommand = script === 'command' || script === 'checked-command';
  const [name = '', ...parameters] = isCommand ? values : [script, ...values];
  const isError = 'error' in reply;
  if (QUIET.has(name) && !isError) return undefined;
  if (isError && reply.error.message.startsWith('NOSCRIPT')) return undefined;
  const what = isScript ? [shortKey(key), ...parameters.slice(0, 2).map(short)] : [];
  const answer = isError ? reply.error.message : describeReply(reply.value);
  return `does ${name} for ${by.name} ${what.join(' ')} -> ${short(answer)}`;
}

/** The name of the script that a call runs; of another call, that of its command. */
export function scriptOf([command = '', script = '']: readonly string[]): string {
  if (command !== 'EVALSHA' && command !== 'EVAL') return command;
  const sha1 = command === 'EVAL' ? createHash('sha1').update(script).digest('hex') : script;
  return globalThis.simulatedScripts?.get(sha1) ?? command;
}

/** A key without what all keys of a simulation have in common. */
function shortKey(key: string): string {
  return key.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, (id) => id.slice(0, 8));
}

function describeReply(reply: Reply): string {
  if (reply === null) return 'nil';
  if (Array.isArray(reply)) return `[${reply.map(describeReply).join(' ')}]`;
  return reply instanceof Error ? reply.message : String(reply);
}

function short(bytes: string): string {
  const text = textOf(bytes).replaceAll(/\s+/g, ' ');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
