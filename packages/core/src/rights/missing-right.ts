/** A call that a server refused. */
export interface RefusedCall {
  /** What the server said. */
  readonly reply: string;
  /** The source of the script, where one was run: servers before 7.2 name its line, and not the command. */
  readonly source?: string | undefined;
  /** The keys, or the channel, of the call. */
  readonly names?: readonly string[] | undefined;
  /** The other arguments of the script, of which some name commands. */
  readonly args?: readonly string[] | undefined;
}

/** What the user of a client may not do. */
export interface MissingRight {
  /** For anybody: behind "its user may not". */
  readonly what: string;
  /** For operators: the same, with the name of the key or the channel, and the rule that permits it. */
  readonly detail: string;
}

/** What the user may not do, for a message. */
export function mayNot({ what }: MissingRight): string {
  return `the user of the client may not ${what}`;
}

/** What `require-rights.lua` says, and `channel` where a command publishes. */
const OWN =
  /\bNOPERM The user may not run (?<command>[A-Z.]+(?: [A-Z]+)?)(?: on channel (?<channel>[^\r\n]*?))?(?= script: |\r|\n|$)/;
/** Since Redis 7 of a subcommand as `xgroup|create`; before, and within scripts before 7.2, see below. */
const COMMAND = /\bhas no permissions to run the '(?<command>[^']+)' command/;
const SCRIPT_COMMAND = /The user executing the script can't run this command/;
const KEY = /permissions to access (?:a key|one of the keys)|can't access at least one of the keys/;
const CHANNEL =
  /permissions to access (?:a channel|one of the channels)|can't publish to the channel/;

/**
 * What the user lacks of a call that a server refused for want of a permission; `undefined` where it was refused for
 * another reason.
 *
 * The words are those of Redis 6.2 to 8 and of Valkey.
 */
export function missingRight(call: RefusedCall): MissingRight | undefined {
  const { reply, names = [] } = call;
  const own = OWN.exec(reply)?.groups;
  if (own?.['channel'] !== undefined) return publishing(own['command'] ?? '', own['channel']);
  if (own?.['command'] !== undefined) return commands([own['command']]);
  const named = COMMAND.exec(reply)?.groups?.['command'];
  if (named !== undefined) return commands([named]);
  if (SCRIPT_COMMAND.test(reply)) return commands(commandsOnLine(call));
  if (KEY.test(reply)) return access('key', '~', names);
  if (CHANNEL.test(reply)) return access('channel', '&', names);
  return undefined;
}

/** @param names As a script or a server writes them; none where nobody says which. */
function commands(names: readonly string[]): MissingRight {
  const words = names.map((name) => name.replace('|', ' ').toUpperCase());
  if (words.length === 0) {
    return {
      what: 'run one of its commands',
      detail: 'The user of the client may not run one of its commands.',
    };
  }
  const what = `run ${words.join(' or ')}`;
  const rules = words.map((word) => `+${word.replace(' ', '|').toLowerCase()}`).join(' or ');
  return { what, detail: `The user of the client may not ${what}: it needs ${rules}.` };
}

function publishing(command: string, channel: string): MissingRight {
  const what = `run ${command} on a channel`;
  const rule = `+${command.toLowerCase()}`;
  return {
    what,
    detail: `The user of the client may not run ${command} on channel ${JSON.stringify(channel)}: it needs ${rule}, and a pattern such as &${channel}.`,
  };
}

function access(kind: 'key' | 'channel', sign: '~' | '&', names: readonly string[]): MissingRight {
  const what = `access a ${kind}`;
  // The server does not say which: of those that begin alike, the first stands for all.
  const beginnings = new Map(names.toReversed().map((name) => [beginningOf(name), name]));
  const told = [...beginnings.values()].toReversed();
  if (told.length === 0) return { what, detail: `The user of the client may not ${what}.` };
  const list = told.map((name) => JSON.stringify(name)).join(` or `);
  const of = names.length === told.length ? '' : ` (of ${names.length} ${kind}s)`;
  const patterns = told.map((name) => `${sign}${name}`).join(' and ');
  const needs =
    told.length === 1 ? `a pattern such as ${patterns}` : `patterns such as ${patterns}`;
  return {
    what,
    detail: `The user of the client may not access ${kind} ${list}${of}: it needs ${needs}.`,
  };
}

/** What a key begins with: the prefix of its package, behind which the hash tag follows. */
function beginningOf(name: string): string {
  return name.split('{', 1)[0] ?? name;
}

/** Commands that have subcommands. */
const CONTAINERS: ReadonlySet<string> = new Set(['XGROUP', 'XINFO', 'PUBSUB']);
const CALL =
  /\b(?:p?call|read_key)\(\s*(?:'(?<command>[A-Z.]+)'(?:,\s*'(?<second>[A-Z]+)')?|ARGV\[(?<argument>[^\]]+)\])/g;

/** The commands that are called on the line of a script at which a server says that it failed. */
function commandsOnLine({ reply, source = '', args = [] }: RefusedCall): readonly string[] {
  const line = Number(/@user_script:\s*(\d+)/.exec(reply)?.[1] ?? '0');
  // A call may go on below the line on which it begins.
  const [at = '', next = ''] = source.split('\n').slice(line - 1, line + 1);
  const text = /\(\s*$/.test(at) ? `${at}\n${next}` : at;
  const found = [...text.matchAll(CALL)].flatMap(({ groups = {} }) => {
    const { command, second, argument } = groups;
    if (command === undefined) return argument === undefined ? [] : argued(argument, args);
    return [CONTAINERS.has(command) && second !== undefined ? `${command} ${second}` : command];
  });
  return [...new Set(found)];
}

/** The command that is an argument of the script. Of an index that is reckoned, only how it publishes is known. */
function argued(index: string, args: readonly string[]): readonly string[] {
  const command = /^\d+$/.test(index)
    ? args[Number(index) - 1]
    : args.find((arg) => arg === 'PUBLISH' || arg === 'SPUBLISH');
  return command === undefined ? [] : [command];
}
