import { describe, expect, it } from 'vitest';

import { findingsWith, LASTING, NO_REPLICA, type Shown } from '../../test/doctor-findings.ts';
import { type RedisDoctorOptions, resolveDoctorOptions } from './doctor-options.ts';
import { callsOf, commandOf, PACKAGE_NEEDS } from './facts/package-needs.ts';

/** What is not known of a server without CONFIG. */
function withoutConfig(because: string): readonly Shown[] {
  return [
    [
      'unknown',
      'PERSISTENCE_UNKNOWN',
      `There is an append-only file; when it reaches the disk: unknown, because ${because}.`,
      ...LASTING,
    ],
    [
      'unknown',
      'PUBSUB_BUFFER_UNKNOWN',
      `The output buffer of subscribers: unknown, because ${because}.`,
      'streams-queue',
      'pubsub-queue',
    ],
    [
      'unknown',
      'IDLE_TIMEOUT_UNKNOWN',
      `The timeout of quiet connections: unknown, because ${because}.`,
    ],
  ];
}

const NO_CONFIG = "the server refused CONFIG GET: ERR unknown command 'CONFIG'";

/** What a server says to who may not run a command. */
function refused(question: string, command = question.toLowerCase().split(' ')[0]): string {
  return `the server refused ${question}: NOPERM (${command})`;
}

/** What is not known where the user may run neither INFO nor CONFIG. */
const BOTH_REFUSED = `${refused('INFO')}, and ${refused('CONFIG GET')}`;
const WITHOUT_INFO_AND_CONFIG: readonly Shown[] = [
  ['unknown', 'EVICTION_UNKNOWN', `What is evicted: unknown, because ${BOTH_REFUSED}.`],
  ['unknown', 'MEMORY_UNKNOWN', `The memory limit: unknown, because ${BOTH_REFUSED}.`],
  [
    'unknown',
    'PERSISTENCE_UNKNOWN',
    `An append-only file: unknown, because ${BOTH_REFUSED}.`,
    ...LASTING,
  ],
  ['unknown', 'REPLICAS_UNKNOWN', `Replicas: unknown, because ${refused('INFO')}.`],
  ...withoutConfig(refused('CONFIG GET')).slice(1),
];

/** What is found by a user who has access to all keys and channels, by its rules for commands. */
async function findingsOf(
  rules: string,
  options: RedisDoctorOptions = {},
): Promise<readonly Shown[]> {
  return findingsWith({ user: `agent on nopass ~* &* ${rules}` }, options, 'agent');
}

describe('a server that refuses questions', () => {
  it('as rented ones refuse CONFIG', async () => {
    expect(await findingsWith({ 'rename-command': 'CONFIG ""' })).toEqual([
      ...withoutConfig(NO_CONFIG),
      NO_REPLICA,
    ]);
  });

  it('as INFO: what HELLO and CONFIG tell is known all the same', async () => {
    expect(await findingsOf('+@all -info')).toEqual([
      ['unknown', 'MEMORY_UNKNOWN', `The memory in use: unknown, because ${refused('INFO')}.`],
      ['unknown', 'REPLICAS_UNKNOWN', `Replicas: unknown, because ${refused('INFO')}.`],
    ]);
  });

  it('as both', async () => {
    expect(await findingsOf('+@all -info -config')).toEqual(WITHOUT_INFO_AND_CONFIG);
  });

  it('as TIME', async () => {
    const because = "the server refused TIME: ERR unknown command 'TIME'";
    expect(await findingsWith({ 'rename-command': 'TIME ""' })).toEqual([
      ['error', 'COMMANDS_MISSING', 'The server lacks TIME.'],
      ['unknown', 'CLOCK_UNKNOWN', `Clock and round trip: unknown, because ${because}.`],
      NO_REPLICA,
    ]);
  });

  it('as scripts', async () => {
    const because = "the server refused a script: ERR unknown command 'EVALSHA'";
    const config = { 'rename-command': 'EVAL ""\nrename-command EVALSHA ""' };
    expect(await findingsWith(config)).toEqual([
      ['error', 'SCRIPTS_REFUSED', `Scripts do not run: ${because}.`],
      ['unknown', 'COMMANDS_UNKNOWN', `Commands and rights: unknown, because ${because}.`],
      NO_REPLICA,
    ]);
  });
});

describe('commands that a server lacks', () => {
  it('are told with the packages that call them', async () => {
    const config = {
      'rename-command': 'XADD ""\nrename-command HINCRBY ""\nrename-command HSET ""',
    };
    expect(await findingsWith(config)).toEqual([
      [
        'error',
        'COMMANDS_MISSING',
        'The server lacks HSET.',
        'task-store',
        'pubsub-queue',
        'push-delivery',
      ],
      ['error', 'COMMANDS_MISSING', 'The server lacks HSET, XADD.', 'streams-queue'],
      ['error', 'COMMANDS_MISSING', 'The server lacks HINCRBY, HSET.', 'push-config'],
      NO_REPLICA,
    ]);
  });

  it('are a module for JSON, for who keeps tasks as JSON', async () => {
    expect(await findingsWith({}, { packages: ['json-task-store', 'task-store'] })).toEqual([
      [
        'error',
        'JSON_MISSING',
        'The server lacks JSON.ARRAPPEND, JSON.ARRLEN, JSON.DEL, JSON.GET, JSON.SET, JSON.TYPE.',
        'json-task-store',
      ],
      ['info', 'SEARCH_MISSING', 'The server lacks FT.CREATE, FT.SEARCH.', 'json-task-store'],
      NO_REPLICA,
    ]);
  });
});

describe('a user', () => {
  const PREFIXES = Object.values(PACKAGE_NEEDS).map(({ prefix }) => prefix);
  const patterns = (sign: string): string => PREFIXES.map((each) => `${sign}${each}*`).join(' ');
  it('who may do what the packages need, and no more, is told what is not known so', async () => {
    const { packages } = resolveDoctorOptions({});
    const commands = new Set(
      packages.flatMap(({ name }) => callsOf(name, 'single').map(commandOf)),
    );
    const rules = [...commands].map((name) => `+${name.toLowerCase()}`).join(' ');
    const user = `agent on nopass resetkeys resetchannels ${patterns('~')} ${patterns('&')} ${rules}`;
    expect(await findingsWith({ user }, {}, 'agent')).toEqual(WITHOUT_INFO_AND_CONFIG);
  });

  it('who may not run some commands', async () => {
    const packages = ['streams-queue', 'task-store'] as const;
    expect(await findingsOf('+@all -xgroup|create -zadd -zcard', { packages })).toEqual([
      ['error', 'COMMANDS_DENIED', 'The user may not run XGROUP|CREATE, ZADD.', 'streams-queue'],
      ['error', 'COMMANDS_DENIED', 'The user may not run ZADD, ZCARD.', 'task-store'],
      NO_REPLICA,
    ]);
  });

  it.each(['eval', 'evalsha'])('who may not run scripts: %s', async (command) => {
    const because = refused('a script', command);
    expect(await findingsOf(`+@all -${command}`)).toEqual([
      ['error', 'SCRIPTS_REFUSED', `Scripts do not run: ${because}.`],
      ['unknown', 'COMMANDS_UNKNOWN', `Commands and rights: unknown, because ${because}.`],
      NO_REPLICA,
    ]);
  });

  it('who may not use the keys and channels of some packages', async () => {
    const user = `agent on nopass ~a2a:tasks:* %R~a2a:queues:* &a2a:other:* +@all`;
    expect(await findingsWith({ user }, {}, 'agent')).toEqual([
      [
        'error',
        'KEYS_DENIED',
        'The user may not write keys that begin with "a2a:queues:".',
        'streams-queue',
        'pubsub-queue',
      ],
      [
        'error',
        'KEYS_DENIED',
        'The user may not write keys that begin with "a2a:push:".',
        'push-config',
      ],
      [
        'error',
        'KEYS_DENIED',
        'The user may not write keys that begin with "a2a:delivery:".',
        'push-delivery',
      ],
      [
        'error',
        'CHANNELS_DENIED',
        'The user may not run PUBLISH, SUBSCRIBE on channels that begin with "a2a:queues:".',
        'streams-queue',
        'pubsub-queue',
      ],
      [
        'error',
        'CHANNELS_DENIED',
        'The user may not run PUBLISH, SUBSCRIBE on channels that begin with "a2a:delivery:".',
        'push-delivery',
      ],
      NO_REPLICA,
    ]);
  });

  it('is asked about the prefixes of the application', async () => {
    const user = 'agent on nopass ~mine:* &mine:* +@all';
    const packages = [
      { name: 'task-store', prefix: 'mine:tasks:' },
      { name: 'pubsub-queue', prefix: 'mine:queues:' },
    ] as const;
    expect(await findingsWith({ user }, { packages }, 'agent')).toEqual([NO_REPLICA]);
  });
});
