import type { Random } from '../../kernel/random.ts';
import {
  body,
  call,
  command,
  type Known,
  type MakeCall,
  several,
  TTL_SECONDS,
} from './script-call.ts';
import { CHANNEL } from './server-pair.ts';

const TASKS = ['t1', 't2', 't3', 't\u00c3\u00a9'];
const RUNS = ['ra', 'rb', 'rc'];
const REPLICAS = ['p1', 'p2', 'p3'];
const SCOPES = ['sa', 'sb', 'sc'];
const STATES = ['1', '2', '3'];
const PUBLISH = ['PUBLISH', 'SPUBLISH'];

/** The index of a scope: the sets of a task's entry. */
function entrySets(context: string, state: string): readonly string[] {
  return [`i:s:${state}`, `i:c:${context}`, `i:c:${context}:s:${state}`];
}

function indexCall(random: Random): { readonly keys: string[]; readonly args: string[] } {
  const task = random.pick(TASKS);
  const rows = STATES.map((state) => `${state} c`);
  const state = random.pick(STATES);
  const before = random.pick(STATES);
  return {
    keys: [
      'i:rows',
      'i:tasks',
      ...entrySets('c', state),
      ...entrySets('c', before),
      'i:expiry',
      'i:pending',
    ],
    args: [
      task,
      `${state} c`,
      `0170000000000${state}:${task}`,
      random.pick(['', '*', ...rows]),
      random.pick(['', `0170000000000${before}:${task}`]),
      random.pick(['', '0', String(random.integer(1000, 3000))]),
      random.pick(['', `w1 ${task}`]),
    ],
  };
}

/** A row as a caller saw it, which may have changed since. */
function row(random: Random, task: string, { field }: Known): string {
  return random.chance(0.7)
    ? field('i:rows', task)
    : random.pick(['', `1700000000000000 ${random.pick(STATES)} c`]);
}

function fields(random: Random, most: number): string[] {
  const names = ['i', 'c', 's', 'h', 'a', 'h:0', 'h:1', 'n:0', 'p:0:0', 'e:ra'];
  return several(random, names, most).flatMap((name) => [
    name,
    name === 'h' ? String(random.integer(0, 3)) : body(random),
  ]);
}

/** A call that writes a task's record. */
export function saveTask(random: Random, { now, field }: Known): ReturnType<MakeCall> {
  const { keys, args } = indexCall(random);
  const removed = random.chance(0.5) ? several(random, ['s', 'm', 'h:1', 'none'], 3) : [];
  const isIndexed = random.chance(0.7);
  const record = `rec:${args[0] ?? ''}`;
  return call(
    'save-task',
    [record, ...(isIndexed ? keys : [])],
    [
      random.chance(0.5) ? field(record, 'v') : random.pick(['', '', '0', `${now}000`]),
      `${random.pick(['wa', 'wb', 'wc', `w${random.integer(0, 40)}`])}:${random.integer(1, 3)}`,
      random.pick(['', '0', ...TTL_SECONDS]),
      ...(random.chance(0.2) ? ['*'] : [String(removed.length), ...removed]),
      ...fields(random, random.chance(0.03) ? 3000 : 5),
      ...(isIndexed ? args : []),
    ],
  );
}

/** Calls of the scripts of core and of the task store. */
export const TASK_CALLS: readonly MakeCall[] = [
  (random) => command('HGET', 'i:rows', random.pick(TASKS)),
  (random, { now }) =>
    call('claim-scopes', ['due', 'noted'], [String(now), String(now + random.integer(1, 99)), '2']),
  (random, { now, score, field }) => {
    const scope = random.pick(SCOPES);
    const claim = random.chance(0.8) ? score('due', scope) : String(now);
    const noted = random.chance(0.8) ? field('noted', scope) : random.pick(['', 'x']);
    const again = random.pick(['', String(now + 50)]);
    return call('release-scope', ['due', 'noted'], [scope, claim, noted, again]);
  },
  (random, { now }) =>
    call(
      'note-scope',
      ['due', 'noted'],
      [random.pick(SCOPES), String(now + random.integer(-9, 9)), String(random.integer(0, 50))],
    ),
  (random, { now }) => command('ZADD', 'i:pending', String(now), `w1 ${random.pick(TASKS)}`),
  (random, { now }) =>
    call(
      'clear-pending',
      ['i:pending'],
      [`w1 ${random.pick(TASKS)}`, String(now + random.integer(-9, 9))],
    ),
  (random, { now }) => {
    const { keys, args } = indexCall(random);
    return call('index-task', keys, [`${now}${random.pick(['000', '001', '500'])}`, ...args]);
  },
  (random, known) => {
    const state = random.pick(STATES);
    const task = random.pick(TASKS);
    const keys = ['i:rows', 'i:expiry', 'i:tasks', ...entrySets('c', state)];
    return call('unindex-task', keys, [
      task,
      row(random, task, known),
      `0170000000000${state}:${task}`,
    ]);
  },
  (random, known) => {
    const task = random.pick(TASKS);
    return call(
      'unlist-member',
      ['i:rows', 'i:tasks'],
      [task, row(random, task, known), `01700000000001:${task}`],
    );
  },
  (random) =>
    call(
      'list-due',
      ['i:expiry', 'i:pending'],
      [String(random.integer(900, 3100)), String(random.integer(1, 3))],
    ),
  (random) => {
    const set = random.pick(['i:tasks', 'i:c:c', 'i:s:1']);
    const from = random.pick(['+', '(01700000000002:t2', '[01700000000002:t2']);
    return call(
      'list-index',
      [set, 'i:expiry', 'i:pending'],
      [
        from,
        random.pick(['-', '[0170', '(01700000000002']),
        '2',
        String(random.integer(900, 3100)),
        '2',
      ],
    );
  },
  (random) => command('DEL', `rec:${random.pick(TASKS)}`),
  (random) => command('PTTL', `rec:${random.pick(TASKS)}`),
  saveTask,
  saveTask,
  saveTask,
  (random, { field }) => {
    const record = `rec:${random.pick(TASKS)}`;
    const version = random.chance(0.5) ? field(record, 'v') : '';
    return call('read-task', [record], [version, ...random.pick([[], ['partial']])]);
  },
];

/** Calls of the scripts that keep runs, leases and requests to cancel. */
export const RUN_CALLS: readonly MakeCall[] = [
  (random, { now }) =>
    call(
      'renew-lease',
      ['leases'],
      [
        random.pick(REPLICAS),
        String(random.integer(-20, 60)),
        random.pick(['0', '0', String(now + random.integer(-60, 60))]),
        random.pick(['0', '20', '3600000']),
        random.pick(['3600000', '7200000']),
        ...(random.chance(0.5) ? [String(random.integer(50, 120))] : []),
      ],
    ),
  (random) => call('condemn-replica', ['leases'], [random.pick(REPLICAS)]),
  (random) => call('end-lease', ['leases'], [random.pick(REPLICAS)]),
  (random) => call('checked-command', ['leases'], ['ZREM', random.pick(REPLICAS)]),
  (random) =>
    command('ZADD', 'leases', random.pick(['inf', '-inf', '9e15', '-7.5']), random.pick(REPLICAS)),
  (random) =>
    call(
      'note-run',
      [`runs:${random.pick(REPLICAS)}`, `sealed:${random.pick(REPLICAS)}`],
      [random.pick(RUNS), body(random), random.pick(TTL_SECONDS)],
    ),
  (random) => command('SET', `sealed:${random.pick(REPLICAS)}`, '', 'EX', random.pick(TTL_SECONDS)),
  (random) => command('DEL', `sealed:${random.pick(REPLICAS)}`),
  (random) =>
    call('checked-command', [`runs:${random.pick(REPLICAS)}`], ['HDEL', random.pick(RUNS)]),
  (random) => call('checked-command', [`runs:${random.pick(REPLICAS)}`], ['HLEN']),
  (random) => call('read-runs', [`runs:${random.pick(REPLICAS)}`], ['0', '100']),
  (random) =>
    call(
      'begin-run',
      [stateOf(random)],
      [
        random.pick(RUNS),
        random.pick(TTL_SECONDS),
        ...(random.chance(0.5) ? [CHANNEL, random.pick(PUBLISH)] : []),
      ],
    ),
  (random) =>
    call(
      'pause-run',
      [stateOf(random)],
      [random.pick(RUNS), random.pick(TTL_SECONDS), String(random.integer(0, 2))],
    ),
  (random) =>
    call(
      'fence-run',
      [stateOf(random)],
      [random.pick(RUNS), CHANNEL, random.pick(PUBLISH), random.pick(TTL_SECONDS)],
    ),
  (random) =>
    call(
      'read-state',
      [stateOf(random)],
      random.chance(0.5) ? [CHANNEL, random.pick(PUBLISH)] : [],
    ),
  (random) =>
    call(
      'request-cancel',
      [stateOf(random)],
      [`q${random.integer(1, 3)}`, CHANNEL, random.pick(PUBLISH)],
    ),
  (random) =>
    call(
      'answer-cancel',
      [stateOf(random)],
      [`q${random.integer(1, 3)}`, body(random), CHANNEL, random.pick(PUBLISH)],
    ),
  (random) => call('drop-cancel', [stateOf(random)], [`q${random.integer(1, 3)}`]),
];

/** The state of a task, which the event transports share. */
export function stateOf(random: Random): string {
  return `state:${random.pick(TASKS)}`;
}

const CONFIGS = ['ca', 'cb', 'cc', 'cd'];

/** Calls of the scripts of push configurations. */
export const CONFIG_CALLS: readonly MakeCall[] = [
  (random) =>
    call(
      'save-config',
      [configsOf(random)],
      [
        random.pick(CONFIGS),
        random.pick(['one', 'two', body(random)]),
        '3',
        random.pick(['', ...TTL_SECONDS]),
      ],
    ),
  (random) =>
    call(
      'save-config',
      [configsOf(random)],
      [random.pick(CONFIGS), random.pick(['one', 'two']), '3', ''],
    ),
  (random) => call('load-configs', [configsOf(random)], []),
  (random) => call('delete-config', [configsOf(random)], [random.pick(CONFIGS)]),
  (random) => command('DEL', random.chance(0.2) ? configsOf(random) : 'cfg:1'),
];

function configsOf(random: Random): string {
  // Some keys hold something else.
  return random.chance(0.03)
    ? random.pick(['i:tasks', 'rec:t1', 'log:t1'])
    : random.pick(['cfg:1', 'cfg:2', 'cfg:3']);
}
