import { describe, expect, it, test } from 'vitest';

import { startRedisServer } from '@a2a-redis-internal/redis-server';

import { describeServer, versionInBanner, versionInInfo } from './describe-server.ts';

describe('the version of a program', () => {
  it.each([
    ['Redis server v=7.2.6 sha=00000000:0 malloc=libc bits=64 build=1', 'Redis 7.2.6'],
    ['Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64 build=1', 'Valkey 9.1.2'],
    ['Server v=7.2.7 sha=00000000:0 malloc=libc bits=64 build=1', 'Valkey 7.2.7'],
  ])('is read from %j', (banner, version) => {
    expect(versionInBanner(banner)).toBe(version);
  });

  it('is not made up', () => {
    expect(() => versionInBanner('v20.1.0\n')).toThrow('No version of a server: v20.1.0');
  });
});

test.each([
  ['# Server\r\nredis_version:7.4.1\r\n', 'Redis 7.4.1'],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n', 'Valkey 8.1.1'],
  ['redis_version:7.2.0\r\ndragonfly_version:df-v1.30.0\r\n', 'Dragonfly 1.30.0'],
  ['', 'of an unknown version'],
])('the version of a server is read from %j', (info, version) => {
  expect(versionInInfo(info)).toBe(version);
});

test('a server that runs is asked', async () => {
  await using server = await startRedisServer({ processControl: true });
  const { version, hasJson } = await describeServer(server.url);
  expect([version.replace(/^(Redis|Valkey) /u, ''), hasJson]).toEqual([server.version, false]);
});
