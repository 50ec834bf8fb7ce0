import type { Random } from '../../kernel/random.ts';
import {
  body,
  call,
  command,
  type Known,
  type MakeCall,
  type ScriptCall,
  several,
  TTL_SECONDS,
} from './script-call.ts';

const TENANTS = ['', 'ta', 'tb'];
const CONFIGS = ['ca', 'cb', 'c\u00c3\u00a9'];
const PUBLISHERS = ['pa', 'pb', 'pc'];
const LETTERS = ['msg_1', 'msg_2', 'msg_3'];
const SCHEDULE = ['{s}:due', '{s}:marks', '{s}:ready', '{s}:waiting'];

interface Task {
  readonly tenant: string;
  readonly name: string;
  readonly keys: readonly [string, string];
  readonly letters: string;
}

function taskOf(random: Random): Task {
  const tenant = random.pick(TENANTS);
  const name = `${tenant}:o:${random.pick(['t1', 't2'])}`;
  return {
    tenant,
    name,
    keys: [`{${name}}:lanes`, `{${name}}:events`],
    letters: `{${name}}:dead`,
  };
}

/** With the schedule, as on one server, or without. */
function withSchedule(random: Random, keys: readonly string[]): readonly string[] {
  return random.chance(0.7) ? [...keys, ...SCHEDULE] : keys;
}

/** What a worker that has a lane would say of it, as far as one has it. */
function laneOf(
  { field }: Known,
  { keys: [lanes] }: Task,
  config: string,
): readonly [string, string] {
  const [cursor = '0', , token = '0'] = field(lanes, `l:${config}`).split(' ');
  return [token, String(Number(cursor) + 1)];
}

export const DELIVERY_CALLS: readonly MakeCall[] = [
  (random) => {
    const { tenant, name } = taskOf(random);
    return call('mark-task', SCHEDULE, [tenant, name, String(random.integer(0, 50))]);
  },
  (random, { field }) => {
    const { tenant, name } = taskOf(random);
    const mark = field('{s}:marks', name);
    return call('settle-mark', SCHEDULE, [
      tenant,
      name,
      random.pick([mark.replace('i', ''), '1700000000000']),
      random.pick(['', '1700000000500']),
      random.pick(['', 'i']),
      '60',
    ]);
  },
  (random) =>
    call('claim-tasks', SCHEDULE, [
      random.pick(['1', '2', '16']),
      '30',
      random.pick(['1', '8']),
      ...random.pick([[], ['ta', '0'], ['', '1', 'tb', '0']]),
    ]),
  (random) => call('count-due', SCHEDULE, random.pick([[], ['ta'], ['']])),
  (random) => enqueueCall(random),
  (random) => enqueueCall(random),
  (random) => enqueueCall(random),
  (random) => takeCall(random),
  (random) => takeCall(random),
  (random, known) => finishCall(random, known),
  (random, known) => finishCall(random, known),
  (random, known) => finishCall(random, known),
  (random) => {
    const { tenant, name, keys, letters } = taskOf(random);
    return call('requeue-letter', withSchedule(random, [...keys, letters]), [
      tenant,
      name,
      random.pick(LETTERS),
      random.pick(CONFIGS),
      random.pick(TTL_SECONDS),
      tenant,
      'o',
      't',
    ]);
  },
  (random) => {
    const { tenant, name, keys } = taskOf(random);
    return call('switch-lane', withSchedule(random, keys), [
      tenant,
      name,
      random.pick(CONFIGS),
      random.pick(['a', 'a', 'p']),
      random.pick(TTL_SECONDS),
      tenant,
      'o',
      't',
    ]);
  },
  (random) =>
    call('give-up-chunks', taskOf(random).keys, [
      't',
      'snapshot',
      body(random),
      random.pick(TTL_SECONDS),
    ]),
  (random) => call('read-lanes', taskOf(random).keys, []),
  (random) =>
    call(
      'note-letter',
      ['{o}:dead'],
      [`${taskOf(random).name} ${random.pick(LETTERS)}`, random.pick(['1', '3', '100']), '100000'],
    ),
  (random, { score }) => {
    const entry = `${taskOf(random).name} ${random.pick(LETTERS)}`;
    const after = random.chance(0.5) ? [score('{o}:dead', entry) || '+inf', entry] : [];
    return call('list-letters', ['{o}:dead'], [random.pick(['1', '2', '50']), ...after]);
  },
  (random) => command('HSET', '{d}:configs', `c:${random.pick(CONFIGS)}`, 'x', 'seq', '1'),
  (random) => command('HDEL', '{d}:configs', `c:${random.pick(CONFIGS)}`),
];

function enqueueCall(random: Random): ScriptCall {
  const { tenant, name, keys } = taskOf(random);
  const isFused = random.chance(0.5);
  const isSingle = random.chance(0.7);
  const flags = `${isFused ? 'c' : ''}${isSingle ? 's' : random.pick(['', 'a'])}`;
  const all = [...keys, ...(isFused ? ['{d}:configs'] : []), ...(isSingle ? SCHEDULE : [])];
  return call('enqueue-event', all, [
    flags,
    random.pick(PUBLISHERS),
    String(random.integer(1, 40)),
    random.pick(['a', 'a', 's', 't', 'm']),
    `e${random.integer(1, 99)}`,
    body(random),
    random.pick(TTL_SECONDS),
    random.pick(['4', '8', '100']),
    tenant,
    'o',
    't',
    tenant,
    name,
    // How long the configs of a task that ended are kept, and when a log took its event.
    isFused ? random.pick(['', '600']) : '',
    random.pick(['', '1700000000005']),
    ...(isFused ? ['c:'] : random.pick([[], several(random, CONFIGS, 3)])),
  ]);
}

function takeCall(random: Random): ScriptCall {
  const { tenant, name, keys } = taskOf(random);
  return call('take-deliveries', withSchedule(random, keys), [
    tenant,
    name,
    random.pick(['1', '8']),
    '20',
    random.pick(TTL_SECONDS),
  ]);
}

function finishCall(random: Random, known: Known): ScriptCall {
  const task = taskOf(random);
  const config = random.pick(CONFIGS);
  const [token, number] = laneOf(known, task, config);
  const outcome = random.pick([
    'delivered',
    'delivered',
    'retry',
    'dead',
    'defer',
    'release',
    'unregistered',
  ]);
  return call('finish-delivery', withSchedule(random, [...task.keys, task.letters]), [
    task.tenant,
    task.name,
    config,
    random.chance(0.9) ? token : '1',
    number,
    outcome,
    outcome === 'retry' || outcome === 'defer' ? '15' : '0',
    outcome === 'retry' ? 'The receiver answered 503.' : '',
    random.pick(['', '20']),
    random.pick(TTL_SECONDS),
    outcome === 'dead' ? random.pick(LETTERS) : '',
    outcome === 'dead' ? '{"configId":"ca"}' : '',
    random.pick(TTL_SECONDS),
  ]);
}
