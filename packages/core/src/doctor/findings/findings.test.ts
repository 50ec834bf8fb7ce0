import { describe, expect, it } from 'vitest';

import {
  HEALTHY_INFO,
  HEALTHY_SETTINGS,
  healthyFacts,
  sameAnswers,
  usedPackages,
} from '../../../test/server-facts.ts';
import type { CallAnswer, NodeFacts, ServerFacts } from '../facts/node-facts.ts';
import type { ServerIdentity } from '../facts/server-identity.ts';
import { findingsOf } from './all-findings.ts';

const PACKAGES = usedPackages('task-store', 'streams-queue', 'pubsub-queue', 'push-config');

function serverOf(node: NodeFacts, layout: ServerFacts['layout'] = 'single'): ServerFacts {
  return { layout, user: 'default', nodes: [node], unreachable: [] };
}

/** What is found on a server that is healthy but for some facts: severity, code, message and packages. */
function found(
  differing: Partial<NodeFacts>,
  layout: ServerFacts['layout'] = 'single',
  packages = PACKAGES,
): readonly unknown[] {
  const findings = findingsOf(serverOf(healthyFacts(packages, differing), layout), packages);
  return findings.map(({ severity, code, message, packages: concerned }) => [
    severity,
    code,
    message,
    ...(concerned.length === packages.length ? [] : concerned),
  ]);
}

function infoWith(fields: Readonly<Record<string, string>>): Pick<NodeFacts, 'info'> {
  return { info: { value: new Map(Object.entries({ ...HEALTHY_INFO, ...fields })) } };
}

function settingsWith(fields: Readonly<Record<string, string>>): Pick<NodeFacts, 'settings'> {
  return { settings: { value: new Map(Object.entries({ ...HEALTHY_SETTINGS, ...fields })) } };
}

function identityOf(identity: Partial<ServerIdentity>): Pick<NodeFacts, 'identity'> {
  const redis = { product: 'Redis', service: undefined, version: '7.4.1', redisVersion: '7.4.1' };
  return { identity: { value: { ...redis, ...identity } } };
}

describe('findings', () => {
  it('are none of a healthy server', () => {
    expect(found({})).toEqual([]);
  });

  it('of several nodes and packages are told once, errors first', () => {
    const full = infoWith({ maxmemory_policy: 'allkeys-lru' });
    const quiet = settingsWith({ timeout: '60' });
    const facts: ServerFacts = {
      layout: 'cluster',
      user: undefined,
      nodes: [
        healthyFacts(PACKAGES, { address: 'a:1', ...quiet }),
        healthyFacts(PACKAGES, { address: 'b:1', ...full, ...quiet }),
        healthyFacts(PACKAGES, { address: 'c:1', ...full }),
      ],
      unreachable: [{ address: 'd:1', failure: 'No answer.' }],
    };
    const findings = findingsOf(facts, PACKAGES);
    expect(findings.map(({ code, message, nodes }) => [code, message, ...nodes])).toEqual([
      ['NODE_UNREACHABLE', 'It could not be asked: No answer.', 'd:1'],
      ['EVICTS_ANY_KEY', 'maxmemory-policy is allkeys-lru, maxmemory 100 MiB.', 'b:1', 'c:1'],
      ['IDLE_TIMEOUT', 'timeout is 60 seconds.', 'a:1', 'b:1'],
    ]);
  });
});

describe('a version', () => {
  const QUEUES = ['streams-queue', 'pubsub-queue'];

  it.each<[string, Partial<ServerIdentity>, ServerFacts['layout'], readonly unknown[]]>([
    ['6.2', { version: '6.2.0', redisVersion: '6.2.0' }, 'single', []],
    [
      '6.0',
      { version: '6.0.16', redisVersion: '6.0.16' },
      'single',
      [['error', 'SERVER_TOO_OLD', 'The server is Redis 6.0.16.']],
    ],
    [
      '6.2 of a cluster, without sharded messages',
      { version: '6.2.14', redisVersion: '6.2.14' },
      'cluster',
      [['error', 'SERVER_TOO_OLD', 'The server is Redis 6.2.14.', ...QUEUES]],
    ],
    ['10.0', { version: '10.0.0', redisVersion: '10.0.0' }, 'cluster', []],
    ['of Valkey', { product: 'Valkey', version: '8.0.1', redisVersion: '7.2.4' }, 'cluster', []],
    [
      'of another product',
      { product: 'Dragonfly', version: '1.23.0', redisVersion: '6.0.0' },
      'single',
      [
        ['error', 'SERVER_TOO_OLD', 'The server is Dragonfly 1.23.0, and like Redis 6.0.0.'],
        ['info', 'SERVER_NOT_TRIED', 'The server is Dragonfly 1.23.0.'],
      ],
    ],
    [
      'of a service',
      { service: 'Amazon ElastiCache' },
      'single',
      [['info', 'SERVER_NOT_TRIED', 'The server is Redis 7.4.1 (Amazon ElastiCache).']],
    ],
    [
      'that is none',
      { version: 'next', redisVersion: 'next' },
      'single',
      [['unknown', 'VERSION_UNKNOWN', 'The version: unknown, because it tells "next".']],
    ],
  ])('%s', (_name, identity, layout, findings) => {
    expect(found(identityOf(identity), layout)).toEqual(findings);
  });
});

describe('memory', () => {
  it.each([
    ['83886079', []],
    ['83886080', [['warning', 'MEMORY_NEARLY_FULL', '80 MiB of 100 MiB are used (80 %).']]],
    ['104857599', [['warning', 'MEMORY_NEARLY_FULL', '100 MiB of 100 MiB are used (99 %).']]],
    ['104857600', [['error', 'MEMORY_FULL', '100 MiB of 100 MiB are used (100 %).']]],
  ])('of which %s bytes are used', (used, findings) => {
    expect(found(infoWith({ used_memory: used }))).toEqual(findings);
  });

  it('that is not told is unknown, and its policy taken to have a limit', () => {
    const info = { value: new Map(Object.entries(HEALTHY_INFO)) };
    info.value.delete('maxmemory');
    info.value.set('maxmemory_policy', 'allkeys-lru');
    expect(found({ info })).toEqual([
      ['error', 'EVICTS_ANY_KEY', 'maxmemory-policy is allkeys-lru.'],
      [
        'unknown',
        'MEMORY_UNKNOWN',
        'The memory limit: unknown, because INFO does not tell maxmemory, and CONFIG GET does not tell maxmemory.',
      ],
    ]);
  });

  it('that is told by a setting alone counts', () => {
    const info = { value: new Map(Object.entries(HEALTHY_INFO)) };
    info.value.delete('maxmemory');
    info.value.delete('maxmemory_policy');
    const settings = settingsWith({ maxmemory: '2147483648', 'maxmemory-policy': 'volatile-lru' });
    const message = 'maxmemory-policy is volatile-lru, maxmemory 2 GiB.';
    expect(found({ info, ...settings })).toEqual([
      ['error', 'EVICTS_QUEUE_STATE', message, 'streams-queue', 'pubsub-queue'],
      ['warning', 'EVICTS_EXPIRING_KEYS', message, 'task-store', 'push-config'],
    ]);
  });

  it('that is no number is unknown', () => {
    expect(found(infoWith({ used_memory: 'much' }))).toEqual([
      [
        'unknown',
        'MEMORY_UNKNOWN',
        'The memory in use: unknown, because used_memory is "much", which is no number.',
      ],
    ]);
  });
});

describe('the disk', () => {
  const LASTING = ['task-store', 'streams-queue', 'push-config'];

  it.each([
    ['aof_enabled', '0', 'There is no append-only file; snapshots'],
    ['aof_enabled', '1', 'There is an append-only file; when it reaches the disk'],
  ])('of which settings are refused, with %s %s', (name, value, what) => {
    const settings = { because: 'so it is' };
    expect(found({ ...infoWith({ [name]: value }), settings })).toContainEqual([
      'unknown',
      'PERSISTENCE_UNKNOWN',
      `${what}: unknown, because so it is.`,
      ...LASTING,
    ]);
  });

  it.each(['aof_last_write_status', 'rdb_last_bgsave_status'])('that fails: %s', (field) => {
    expect(found(infoWith({ [field]: 'err' }))).toEqual([
      ['error', 'PERSISTENCE_FAILS', `INFO tells ${field} err.`],
    ]);
  });
});

describe('replicas', () => {
  it('that are there, and too far behind, do not count', () => {
    const info = infoWith({ connected_slaves: '2', min_slaves_good_slaves: '0' });
    expect(found(info)).toEqual([
      ['error', 'REPLICAS_MISSING', 'min-replicas-to-write is 1, and 0 replicas follow.'],
    ]);
  });

  it('whose part in writes is not told', () => {
    const settings = { value: new Map(Object.entries(HEALTHY_SETTINGS)) };
    settings.value.delete('min-replicas-to-write');
    expect(found({ settings })).toEqual([
      [
        'unknown',
        'REPLICAS_UNKNOWN',
        '1 replica follows; whether writes wait for that: unknown, because CONFIG GET does not tell min-replicas-to-write.',
      ],
    ]);
  });

  it('of a server whose role is another', () => {
    expect(found(infoWith({ role: 'active-replica' }))).toEqual([
      [
        'unknown',
        'REPLICAS_UNKNOWN',
        'Replicas: unknown, because INFO tells role "active-replica".',
      ],
    ]);
  });
});

describe('connections for messages', () => {
  it.each([
    ['8388608 0 0', []],
    [
      '4194304 0 0',
      [
        [
          'warning',
          'PUBSUB_BUFFER_SMALL',
          'client-output-buffer-limit is pubsub 4 MiB.',
          'streams-queue',
          'pubsub-queue',
        ],
      ],
    ],
    [
      '4194303 0 0',
      [
        [
          'error',
          'PUBSUB_BUFFER_BELOW_MESSAGE',
          'client-output-buffer-limit is pubsub 4 MiB.',
          'pubsub-queue',
        ],
        [
          'warning',
          'PUBSUB_BUFFER_SMALL',
          'client-output-buffer-limit is pubsub 4 MiB.',
          'streams-queue',
        ],
      ],
    ],
  ])('with a buffer of %s', (limit, findings) => {
    const settings = settingsWith({ 'client-output-buffer-limit': `normal 0 0 0 pubsub ${limit}` });
    expect(found(settings)).toEqual(findings);
  });

  it('with a setting that says nothing of them', () => {
    expect(found(settingsWith({ 'client-output-buffer-limit': '' }))).toEqual([
      [
        'unknown',
        'PUBSUB_BUFFER_UNKNOWN',
        'The output buffer of subscribers: unknown, because client-output-buffer-limit is "", without pubsub.',
        'streams-queue',
        'pubsub-queue',
      ],
    ]);
  });
});

describe('clock and round trip', () => {
  it.each([
    [{ roundTripMs: 49.9, aheadMs: 1024.9, uncertaintyMs: 25 }, []],
    [
      { roundTripMs: 50, aheadMs: -1026, uncertaintyMs: 26 },
      [
        ['warning', 'CLOCK_DIFFERS', 'This process is 1 s behind the server.'],
        ['warning', 'SLOW_ROUND_TRIP', 'A round trip takes 50 ms at the least.'],
      ],
    ],
    // As far apart as they may be, for all that is known.
    [
      { roundTripMs: 4000, aheadMs: 2500, uncertaintyMs: 2001 },
      [['warning', 'SLOW_ROUND_TRIP', 'A round trip takes 4 s at the least.']],
    ],
  ])('%o', (value, findings) => {
    expect(found({ clock: { value } })).toEqual(findings);
  });
});

describe('calls', () => {
  const untold = { value: sameAnswers(PACKAGES, 'untold') };
  const withoutCheck = 'the server has no redis.acl_check_cmd for scripts';

  it.each<[string, NodeFacts['mayDoEverything'], readonly unknown[]]>([
    ['who may do everything', { value: true }, []],
    [
      'who may not do all',
      { value: false },
      [
        [
          'unknown',
          'PERMISSIONS_UNKNOWN',
          `Rights: unknown, because ${withoutCheck}, and the rules of the user have exceptions.`,
        ],
      ],
    ],
    [
      'who may not ask',
      { because: 'the server refused ACL WHOAMI: NOPERM' },
      [
        [
          'unknown',
          'PERMISSIONS_UNKNOWN',
          `Rights: unknown, because ${withoutCheck}, and the server refused ACL WHOAMI: NOPERM.`,
        ],
      ],
    ],
  ])('of a server before 7 are not told, for a user %s', (_name, mayDoEverything, findings) => {
    expect(found({ calls: untold, mayDoEverything })).toEqual(findings);
  });

  it('on a cluster are those of sharded messages', () => {
    const packages = usedPackages('pubsub-queue');
    const [queue] = packages;
    const answers = new Map(queue && sameAnswers(packages, 'allowed').get(queue));
    for (const call of answers.keys()) {
      if (/^(?:PUBLISH|SUBSCRIBE|UNSUBSCRIBE|PUBSUB\|NUMSUB) /.test(call))
        answers.set(call, 'denied');
      if (call.startsWith('PUBSUB|SHARDNUMSUB ')) answers.set(call, 'missing');
    }
    const calls = { value: new Map(packages.map((each) => [each, answers])) };
    expect(found({ calls }, 'cluster', packages)).toEqual([
      ['error', 'COMMANDS_MISSING', 'The server lacks PUBSUB|SHARDNUMSUB.'],
    ]);
    expect(found({ calls }, 'single', packages)).toEqual([
      [
        'error',
        'CHANNELS_DENIED',
        'The user may not run PUBLISH, PUBSUB|NUMSUB, SUBSCRIBE, UNSUBSCRIBE on channels that begin with "a2a:queues:".',
      ],
    ]);
  });

  it('of JSON and of searches are told apart from others', () => {
    const packages = usedPackages('json-task-store');
    const [store] = packages;
    const answers = new Map<string, CallAnswer>(
      store && sameAnswers(packages, 'allowed').get(store),
    );
    for (const call of answers.keys()) if (call.startsWith('FT.')) answers.set(call, 'missing');
    const calls = { value: new Map(packages.map((each) => [each, answers])) };
    expect(found({ calls }, 'single', packages)).toEqual([
      ['info', 'SEARCH_MISSING', 'The server lacks FT.CREATE, FT.SEARCH.'],
    ]);
  });
});

describe('a cluster', () => {
  it.each<[string, Partial<NodeFacts>, readonly unknown[]]>([
    ['serves', { cluster: { value: new Map([['cluster_state', 'ok']]) } }, []],
    [
      'does not tell its state',
      { cluster: { because: 'so it is' } },
      [['unknown', 'CLUSTER_UNKNOWN', 'The state of the cluster: unknown, because so it is.']],
    ],
  ])('that %s', (_name, facts, findings) => {
    expect(found(facts, 'cluster')).toEqual(findings);
  });
});
