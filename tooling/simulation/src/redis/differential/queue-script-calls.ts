import type { Random } from '../../kernel/random.ts';
import { saveTask, stateOf } from './core-script-calls.ts';
import type { ScriptName } from './project-scripts.ts';
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

const RUNS = ['ra', 'rb', 'rc', 'ra-end'];
const GROUPS = ['workers', 'tap:1', 'instance:a'];
const CONSUMERS = ['m1', 'm2', 'm3'];
const PUBLISH = ['PUBLISH', 'SPUBLISH'];
/** Of entries that nothing here wrote. */
const FOREIGN_IDS = ['1800000000000-1', '1800000000000-9'];
/** After so long, given-back entries are free, and others are not. */
const RECLAIM_MS = ['100000000', '100000000', '0'];

function publish(random: Random): string {
  return random.pick(PUBLISH);
}

/** Whether events end their task, or wait for others. */
function mode(random: Random): string {
  return random.pick(['', '', '', 'e', 'i', 'ei']);
}

function bodies(random: Random): string[] {
  const events = Array.from({ length: random.integer(0, random.chance(0.1) ? 60 : 4) }, () =>
    body(random),
  );
  return random.chance(0.15) || events.length === 0 ? [...events, 'z'] : events;
}

function logOf(state: string): string {
  return state.replace('state', 'log');
}

/** Calls of the scripts that keep tasks' logs, and of those that publish without one. */
export const EVENT_CALLS: readonly MakeCall[] = [
  appendEvents,
  appendEvents,
  appendEvents,
  (random) => call('read-position', [stateOf(random)], []),
  () => call('probe-ids', ['probe'], []),
  (random) => {
    const key = logOf(stateOf(random));
    const isForward = random.chance(0.5);
    const ends = isForward ? [random.pick(['-', '(0-0', '(1700000000000-3']), '+'] : ['+', '-'];
    return call(
      'read-stream',
      [key],
      [isForward ? 'XRANGE' : 'XREVRANGE', ...ends, String(random.integer(1, 200))],
    );
  },
  publishEvents,
  (random, known) =>
    together('save-task+append-events', saveTask(random, known), appendEvents(random)),
  (random, known) =>
    together('save-task+publish-events', saveTask(random, known), publishEvents(random)),
  // What another hand does to a log, and to what a state says of it.
  (random) => command('XADD', logOf(stateOf(random)), random.pick(FOREIGN_IDS), 'e', body(random)),
  (random) => command('XDEL', logOf(stateOf(random)), random.pick(FOREIGN_IDS)),
  (random) =>
    command(
      'HSET',
      stateOf(random),
      random.pick(['last', 'end', 'paused', 'c:ra', 'epoch']),
      body(random),
    ),
  (random) => call('announce-position', [stateOf(random)], [CHANNEL, publish(random)]),
  (random) => command(publish(random), CHANNEL, body(random)),
  (random) => call('count-subscribers', [CHANNEL], [random.pick(['NUMSUB', 'SHARDNUMSUB'])]),
];

function appendEvents(random: Random): ReturnType<MakeCall> {
  const state = stateOf(random);
  const first = String(random.integer(1, 40));
  const limits = [String(random.pick([0, 5, 100, 150])), random.pick(TTL_SECONDS), '300000', '500'];
  return call(
    'append-events',
    [state, logOf(state)],
    [
      random.pick(RUNS),
      first,
      random.pick(['', '', '3', '40']),
      CHANNEL,
      publish(random),
      ...limits,
      mode(random),
      ...bodies(random),
    ],
  );
}

function publishEvents(random: Random): ReturnType<MakeCall> {
  const run = random.pick(RUNS);
  const limits = [random.pick(TTL_SECONDS), '300000'];
  return call(
    'publish-events',
    [stateOf(random)],
    [
      run,
      String(random.integer(1, 9)),
      random.pick(['', '', '3', '9']),
      CHANNEL,
      publish(random),
      ...limits,
      mode(random),
      ...bodies(random),
    ],
  );
}

/** A script with its companion. */
function together(
  name: ScriptName,
  host: ReturnType<MakeCall>,
  { keys, parameters }: ReturnType<MakeCall>,
): ReturnType<MakeCall> {
  const count = String(parameters.length);
  return call(name, [...host.keys, ...keys], [...host.parameters, ...parameters, count]);
}

/** The keys of a queue. */
interface QueueKeys {
  readonly state: string;
  readonly events: string;
  readonly producers: string;
  readonly poison: string;
}

function queueOf(random: Random): QueueKeys {
  const name = random.pick(['q1', 'q2']);
  return { state: `${name}:s`, events: `${name}:e`, producers: `${name}:p`, poison: `${name}:x` };
}

function idOf(random: Random, key: string, known: Known): string {
  const ids = known.ids(key);
  return ids.length === 0 || random.chance(0.1)
    ? `1700000000000-${random.integer(1, 60)}`
    : random.pick(ids);
}

function enqueue(random: Random): ReturnType<MakeCall> {
  const { state, events, producers } = queueOf(random);
  const count = random.chance(0.1) ? 60 : 4;
  const items = several(random, ['{"e":1}', body(random), body(random)], count);
  const limits = [String(random.pick([0, 5, 100, 150])), random.pick(TTL_SECONDS)];
  return call(
    'enqueue-events',
    [state, events, producers],
    [
      random.pick(['da', 'db', 'dc']),
      String(random.integer(1, 60)),
      CHANNEL,
      publish(random),
      ...limits,
      ...items,
    ],
  );
}

function read(random: Random): ReturnType<MakeCall> {
  const { state, events, poison } = queueOf(random);
  const reader = [
    random.pick(['life1', 'life2']),
    String(random.integer(1, 6)),
    String(random.integer(1, 9)),
  ];
  const limits = [
    random.pick(RECLAIM_MS),
    String(random.integer(1, 4)),
    String(random.pick([0, 100])),
    random.pick(TTL_SECONDS),
  ];
  return call(
    'read-events',
    [state, events, poison],
    [
      random.pick(GROUPS),
      random.pick(CONSUMERS),
      ...reader,
      random.pick(['', '1700000000000000']),
      '0-0',
      ...limits,
    ],
  );
}

function idsOf(random: Random, key: string, known: Known): string[] {
  return Array.from({ length: random.integer(1, 5) }, () => idOf(random, key, known));
}

/** Calls of the scripts of direct queues. */
export const QUEUE_CALLS: readonly MakeCall[] = [
  enqueue,
  enqueue,
  enqueue,
  read,
  read,
  read,
  read,
  (random, known) => {
    const { state, events } = queueOf(random);
    const start = random.pick(['$', '0-0', idOf(random, events, known)]);
    return call(
      'open-reader',
      [state, events],
      [
        random.pick(GROUPS),
        random.pick(CONSUMERS),
        start,
        random.pick(['0', '0', '1']),
        random.pick(TTL_SECONDS),
        random.pick(['0', '100000000']),
      ],
    );
  },
  (random, known) => {
    const { events } = queueOf(random);
    return command('XACK', events, random.pick(GROUPS), ...idsOf(random, events, known));
  },
  (random, known) => {
    const { state, events } = queueOf(random);
    return call(
      'renew-events',
      [state, events],
      [
        random.pick(GROUPS),
        random.pick(CONSUMERS),
        random.pick(TTL_SECONDS),
        ...idsOf(random, events, known),
      ],
    );
  },
  (random, known) => {
    const { state, events } = queueOf(random);
    return call(
      'give-back-events',
      [state, events],
      [
        random.pick(GROUPS),
        random.pick(CONSUMERS),
        CHANNEL,
        publish(random),
        random.pick(['0', '1']),
        ...idsOf(random, events, known),
      ],
    );
  },
  (random) => {
    const { state, events, producers } = queueOf(random);
    return call(
      'leave-queue',
      [state, events, producers],
      [
        random.pick(GROUPS),
        random.pick(CONSUMERS),
        random.chance(0.2) ? '1' : '0',
        'da',
        CHANNEL,
        publish(random),
      ],
    );
  },
  (random, known) => {
    const { events, poison } = queueOf(random);
    return call(
      'set-aside-event',
      [events, poison],
      [
        random.pick(GROUPS),
        random.pick(CONSUMERS),
        idOf(random, events, known),
        'corrupt',
        String(random.pick([0, 100])),
        random.pick(TTL_SECONDS),
      ],
    );
  },
  (random, known) => {
    const { events } = queueOf(random);
    const from = random.pick(['', '(']) + idOf(random, events, known);
    return call('read-stream', [events], ['XRANGE', from, '+', String(random.integer(1, 50))]);
  },
  (random) =>
    call(
      'read-stream',
      [queueOf(random).poison],
      ['XRANGE', random.pick(['(0-0', '(4000000000000-3']), '+', String(random.integer(1, 9))],
    ),
  (random, known) => {
    const { state, events, poison } = queueOf(random);
    return call(
      'retry-poison',
      [state, events, poison],
      [`call${random.integer(1, 50)}`, idOf(random, poison, known), CHANNEL, publish(random)],
    );
  },
];
