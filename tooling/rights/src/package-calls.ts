import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { calledCommands } from './script-commands.ts';

const PACKAGES = new URL('../../../packages/', import.meta.url).pathname;

/** How a server keeps keys, and messages reach their channels. */
export type Layout = 'single' | 'cluster';

const RUNNER = 'core/src/redis';
const STORES: readonly string[] = [RUNNER, 'core/src/task-store'];
const MANAGERS: readonly string[] = [RUNNER, 'core/src/queue-manager'];

/** What a package does with a client. */
export interface PackageCalls {
  readonly name: string;
  /** The folders of `packages` that it is made of, as far as they call Redis. */
  readonly folders: readonly string[];
  /** What its keys, and its channels, begin with by default. */
  readonly prefix: string;
  readonly hasChannels: boolean;
}

/** The packages that call Redis. */
export const PACKAGE_CALLS: readonly PackageCalls[] = [
  store('task-store', 'a2a:tasks:', STORES),
  store('json-task-store', 'a2a:json-tasks:', STORES),
  store('push-config', 'a2a:push:', [RUNNER]),
  { ...store('push-delivery', 'a2a:delivery:', [RUNNER]), hasChannels: true },
  manager('streams-queue'),
  manager('pubsub-queue'),
];

function store(name: string, prefix: string, shared: readonly string[]): PackageCalls {
  return { name, prefix, folders: [...shared, `${name}/src`], hasChannels: false };
}

function manager(name: string): PackageCalls {
  return { name, prefix: 'a2a:queues:', folders: [...MANAGERS, `${name}/src`], hasChannels: true };
}

/** What it takes to run a script: by its digest, or whole where the server does not know it. */
const SCRIPTS = ['EVALSHA', 'EVAL'];

/**
 * What a client does by itself: node-redis names its connection under RESP2, where that is asked for, as
 * `createRedisClient` does; selects its database; looks whether its connection lives; and has a cluster tell its nodes.
 */
export const CONNECTION: Readonly<Record<Layout, readonly string[]>> = {
  single: ['CLIENT SETNAME', 'PING', 'SELECT'],
  cluster: ['CLIENT SETNAME', 'PING', 'CLUSTER SLOTS'],
};

/** How messages go: commands of scripts, and those of subscribers. */
const MESSAGES: Readonly<Record<Layout, readonly string[]>> = {
  single: ['PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE'],
  cluster: ['SPUBLISH', 'SSUBSCRIBE', 'SUNSUBSCRIBE'],
};
const COUNTS: Readonly<Record<Layout, string>> = {
  single: 'PUBSUB NUMSUB',
  cluster: 'PUBSUB SHARDNUMSUB',
};

/** What scripts can do without: it tells an error the version of the server, or whether it is a replica. */
const DISPENSABLE: ReadonlySet<string> = new Set(['INFO']);

/** What scripts call that they are told: their callers spell it, or it is how messages go. */
const TOLD: ReadonlySet<string> = new Set([
  'ARGV[1]',
  'ARGV[2]',
  'ARGV[3]',
  'ARGV[4]',
  'ARGV[6]',
  'ARGV[a + 5]',
  'ARGV[#ARGV - 1]',
  // Commands that are spelled where they are kept.
  'unpack(old)',
  'unpack(step.command)',
]);

/**
 * The commands that a package has run for an application, sorted.
 *
 * @throws {Error} Where a script calls what is spelled nowhere.
 */
export function commandsOf(
  { folders, hasChannels }: PackageCalls,
  layout: Layout,
): readonly string[] {
  const commands = new Set([...SCRIPTS, ...CONNECTION[layout]]);
  for (const [path, source] of folders.flatMap(filesOf)) {
    if (!path.endsWith('.lua')) {
      for (const command of spelledByCaller(source)) commands.add(command);
      continue;
    }
    const called = calledCommands(source);
    for (const command of called.commands) if (belongs(command, layout)) commands.add(command);
    const unknown = called.unspelled.filter((expression) => !TOLD.has(expression));
    if (unknown.length > 0) throw new Error(`${path} calls ${unknown.join(', ')}: which commands?`);
  }
  if (hasChannels) for (const command of MESSAGES[layout]) commands.add(command);
  return [...commands].filter((command) => !DISPENSABLE.has(command)).toSorted();
}

/** Whether a command of a script is called on a server of this layout. */
function belongs(command: string, layout: Layout): boolean {
  return !command.startsWith('PUBSUB ') || command === COUNTS[layout];
}

/** Where a caller names the command of a script, or sends it as such. */
const CALLERS =
  /\b(?:runCommand|runCheckedCommand)\([^,]+,\s*'(?<run>[A-Z]+)'|#ask\(\s*'(?<sent>[A-Z.]+)'|command: (?<told>'[A-Z]+'(?: \| '[A-Z]+')*)/gu;

function spelledByCaller(source: string): readonly string[] {
  return [...source.matchAll(CALLERS)].flatMap(({ groups = {} }) => {
    const { run, sent, told = '' } = groups;
    return [run ?? sent ?? told.split(' | ').map((each) => each.slice(1, -1))].flat();
  });
}

function filesOf(folder: string): readonly (readonly [path: string, source: string])[] {
  return readdirSync(join(PACKAGES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:(?<!\.test)\.ts|\.lua)$/u.test(name))
    .toSorted()
    .map((name) => [name, readFileSync(join(PACKAGES, folder, name), 'utf8')]);
}
