import { describe, expect, it } from 'vitest';

import { resolveOptions } from './resolve-options.ts';

const defaults = {
  username: undefined,
  password: undefined,
  credentialsProvider: undefined,
  tls: undefined,
  name: `@a2a-redis/core:${process.pid}`,
  RESP: undefined,
  connectTimeoutMs: 5000,
  commandTimeoutMs: 5000,
  commandsQueueMaxLength: 10_000,
  pingIntervalMs: 10_000,
  socketTimeoutMs: 30_000,
  onError: undefined,
};
const local = { address: { host: 'localhost', port: 6379 }, database: 0 };
const node = { host: 'a', port: 1 };
const credentialsProvider = { type: 'async-credentials-provider', credentials: async () => ({}) };
const NO_PROVIDER = 'must be a credentials provider of node-redis';

describe('resolveOptions', () => {
  it.each([
    [{}, { ...defaults, target: { kind: 'client', ...local } }],
    [
      { url: undefined, name: undefined },
      { ...defaults, target: { kind: 'client', ...local } },
    ],
    [{ maxConnections: 1 }, { ...defaults, target: { kind: 'client', ...local } }],
    [
      { maxConnections: 5, database: 2 },
      { ...defaults, target: { kind: 'pool', ...local, database: 2, maxConnections: 5 } },
    ],
    [
      { url: 'rediss://u:p@a:1/3', tls: { ca: 'pem' } },
      {
        ...defaults,
        username: 'u',
        password: 'p',
        tls: { ca: 'pem' },
        target: { kind: 'client', address: node, database: 3 },
      },
    ],
    [
      { url: 'rediss://a:1', tls: true },
      { ...defaults, tls: {}, target: { kind: 'client', address: node, database: 0 } },
    ],
    [
      { cluster: ['rediss://:p@a:1', 'rediss://:p@b:2'] },
      {
        ...defaults,
        password: 'p',
        tls: {},
        target: {
          kind: 'cluster',
          rootNodes: [node, { host: 'b', port: 2 }],
          nodeAddressMap: undefined,
        },
      },
    ],
    [
      { cluster: { rootNodes: [node, 'redis://b:2'], nodeAddressMap: { 'x:1': node } } },
      {
        ...defaults,
        target: {
          kind: 'cluster',
          rootNodes: [node, { host: 'b', port: 2 }],
          nodeAddressMap: { 'x:1': node },
        },
      },
    ],
    [
      { sentinel: { name: 'm', rootNodes: [node], password: 's' }, password: 'p', database: 1 },
      {
        ...defaults,
        password: 'p',
        target: {
          kind: 'sentinel',
          masterName: 'm',
          rootNodes: [node],
          nodeAddressMap: undefined,
          sentinelUsername: undefined,
          sentinelPassword: 's',
          database: 1,
          maxConnections: 1,
        },
      },
    ],
    [
      { pingIntervalMs: 0, socketTimeoutMs: 0 },
      { ...defaults, pingIntervalMs: 0, socketTimeoutMs: 0, target: { kind: 'client', ...local } },
    ],
  ])('fills in %j', (options, resolved) => {
    expect(resolveOptions(options)).toEqual(resolved);
  });

  it.each([
    [null, 'options', 'must be an object'],
    ['redis://h', 'options', 'must be an object'],
    [{ url: 'amqp://h' }, 'url', 'must start with redis://, rediss:// or unix://, not amqp://'],
    [{ url: 'redis://h/1', database: 1 }, 'database', 'is given twice, here and in "url"'],
    [{ url: 'redis://:p@h', password: 'p' }, 'password', 'is given twice, here and in "url"'],
    [{ url: 'redis://u@h', username: 'u' }, 'username', 'is given twice, here and in "url"'],
    [{ url: 'redis://h', tls: true }, 'tls', 'contradicts "url", which must start with rediss://'],
    [{ tls: false }, 'tls', 'must be true or options of tls.connect'],
    [{ credentialsProvider: 'p' }, 'credentialsProvider', NO_PROVIDER],
    [
      { credentialsProvider: { type: 'async-credentials-provider' } },
      'credentialsProvider',
      NO_PROVIDER,
    ],
    [
      { credentialsProvider: { type: 'streaming-credentials-provider', subscribe: () => {} } },
      'credentialsProvider',
      NO_PROVIDER,
    ],
    [
      { credentialsProvider, password: 'p' },
      'password',
      'has no meaning beside "credentialsProvider"',
    ],
    [
      { credentialsProvider, username: 'u' },
      'username',
      'has no meaning beside "credentialsProvider"',
    ],
    [
      { credentialsProvider, url: 'redis://u@h' },
      'credentialsProvider',
      'has no meaning beside credentials in "url"',
    ],
    [
      { credentialsProvider, cluster: ['redis://:p@h'] },
      'credentialsProvider',
      'has no meaning beside credentials in "cluster.rootNodes[0]"',
    ],
    [{ password: '' }, 'password', 'must be a non-empty string'],
    [{ username: 5 }, 'username', 'must be a non-empty string'],
    [{ name: 'my agent' }, 'name', 'must be printable ASCII without spaces'],
    [{ name: 'agent\n' }, 'name', 'must be printable ASCII without spaces'],
    [{ name: '\u00e4gent' }, 'name', 'must be printable ASCII without spaces'],
    [{ RESP: 4 }, 'RESP', 'must be 2 or 3'],
    [{ database: -1 }, 'database', 'must be a whole number from 0, not -1'],
    [{ maxConnections: 0 }, 'maxConnections', 'must be a whole number from 1, not 0'],
    [
      { maxConnections: '5' },
      'maxConnections',
      'must be a whole number from 1, not a value of type string',
    ],
    [
      { connectTimeoutMs: 0 },
      'connectTimeoutMs',
      'must be a whole number from 1 to 2147483647, not 0',
    ],
    [
      { commandTimeoutMs: Number.NaN },
      'commandTimeoutMs',
      'must be a whole number from 1 to 2147483647, not NaN',
    ],
    [
      { connectTimeoutMs: 2 ** 31 },
      'connectTimeoutMs',
      'must be a whole number from 1 to 2147483647, not 2147483648',
    ],
    [
      { commandsQueueMaxLength: 1 },
      'commandsQueueMaxLength',
      'must be a whole number from 16, not 1',
    ],
    [
      { socketTimeoutMs: 10_000 },
      'socketTimeoutMs',
      '(10000) must be 0 or longer than "pingIntervalMs" (10000, and not 0), or idle connections would be dropped',
    ],
    [
      { pingIntervalMs: 0 },
      'socketTimeoutMs',
      '(30000) must be 0 or longer than "pingIntervalMs" (0, and not 0), or idle connections would be dropped',
    ],
    [{ onError: 'log' }, 'onError', 'must be a function'],
    [{ cluster: [] }, 'cluster.rootNodes', 'must be a list that is not empty'],
    [{ cluster: 'redis://h' }, 'cluster', 'must be an object'],
    [{ cluster: ['redis://h/1'] }, 'cluster.rootNodes[0]', 'names a database; a cluster has one'],
    [{ cluster: ['unix:///s'] }, 'cluster.rootNodes[0]', 'must name a host'],
    [
      { cluster: ['redis://:p@a', 'redis://b'] },
      'cluster.rootNodes[1]',
      'differs from another node in credentials or scheme',
    ],
    [{ cluster: ['redis://h'], url: 'redis://h' }, 'url', 'has no meaning beside "cluster"'],
    [{ cluster: ['redis://h'], database: 0 }, 'database', 'has no meaning beside "cluster"'],
    [
      { cluster: ['redis://h'], maxConnections: 2 },
      'maxConnections',
      'has no meaning beside "cluster"',
    ],
    [{ sentinel: { rootNodes: [node] } }, 'sentinel.name', 'is missing'],
    [{ sentinel: { name: 'm' } }, 'sentinel.rootNodes', 'must be a list that is not empty'],
    [
      { sentinel: { name: 'm', rootNodes: [{ host: 'h' }] } },
      'sentinel.rootNodes[0].port',
      'must be a whole number from 1 to 65535, not a value of type undefined',
    ],
    [
      { sentinel: { name: 'm', rootNodes: [{ host: 'h', port: 1, prot: 2 }] } },
      'sentinel.rootNodes[0].prot',
      'is not known; known are host, port',
    ],
  ])('refuses %j', (options, name, problem) => {
    expect(() => resolveOptions(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: `Option "${name}" ${problem}.`,
      }),
    );
  });

  it('names a mistyped option, and those that there are', () => {
    expect(() => resolveOptions({ maxConections: 2 })).toThrow(
      'Option "maxConections" is not known; known are url, cluster, sentinel, database, maxConnections, username, password, credentialsProvider, tls, name, RESP, connectTimeoutMs, commandTimeoutMs, commandsQueueMaxLength, pingIntervalMs, socketTimeoutMs, onError.',
    );
  });
});
