import { describe, expect, it } from 'vitest';

import { planWays, type Machine } from './plan-ways.ts';
import type { RedisServerOptions } from './redis-server.ts';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';

function plan(options: RedisServerOptions, machine: Partial<Machine> = {}): readonly string[] {
  const all = {
    redisUrl: 'redis://host',
    onlyRedisUrl: false,
    userId: 0,
    osRelease: DEBIAN,
    ...machine,
  };
  return planWays(options, all).map(({ source, refusal }) =>
    refusal === undefined ? source : `${source}: ${refusal}`,
  );
}

describe('the ways to a server', () => {
  it('come in their order', () => {
    expect(plan({})).toEqual([
      'REDIS_URL',
      'redis-server',
      'valkey-server',
      'docker',
      'redis-memory-server',
      'apt-get',
    ]);
  });

  it('leave out REDIS_URL for every option that needs a server of our own', () => {
    const needs: readonly (readonly [RedisServerOptions, string])[] = [
      [{ persistence: true }, 'persistence'],
      [{ password: '' }, 'password'],
      [{ tls: true }, 'tls'],
      [{ unixSocket: true }, 'unixSocket'],
      [{ modulePath: '/m.so' }, 'modulePath'],
      [{ sentinel: true }, 'sentinel'],
      [{ config: { maxmemory: '1mb' } }, 'config'],
      [{ processControl: true }, 'processControl'],
      [{ exclusive: true }, 'exclusive'],
      [{ tls: true, password: 'x' }, 'password, tls'],
    ];
    for (const [options, names] of needs) {
      expect(plan(options)[0]).toBe(`REDIS_URL: not a server of our own, for ${names}`);
    }
    expect(plan({ persistence: false, tls: false, config: {} })[0]).toBe('REDIS_URL');
    expect(plan({}, { redisUrl: undefined })[0]).toBe('REDIS_URL: not set');
    expect(plan({}, { redisUrl: '' })[0]).toBe('REDIS_URL: not set');
  });

  it('leave out what cannot give the options', () => {
    expect(plan({ persistence: true, processControl: true, tls: true }).slice(3, 5)).toEqual([
      'docker: without persistence, processControl',
      'redis-memory-server: without tls',
    ]);
    expect(plan({ exclusive: true }).slice(1)).toEqual(plan({}).slice(1));
    expect(plan({ unixSocket: true })[3]).toBe('docker: without unixSocket');
    expect(plan({ modulePath: '/m.so' })[3]).toBe('docker: without modulePath');
    expect(plan({ sentinel: true })[3]).toBe('docker: without sentinel');
    expect(plan({ password: 'x', tls: true, config: { save: '' } })[3]).toBe('docker');
  });

  it('are REDIS_URL alone where nothing else will do', () => {
    const machine = { onlyRedisUrl: true };
    const others = ['redis-server', 'valkey-server', 'docker', 'redis-memory-server', 'apt-get'];
    const refused = others.map((source) => `${source}: REDIS_URL_ONLY is set`);
    expect(plan({}, machine)).toEqual(['REDIS_URL', ...refused]);
    expect(plan({ exclusive: true }, machine)).toEqual([
      'REDIS_URL: not a server of our own, for exclusive',
      ...refused,
    ]);
  });

  it('end with apt-get for root on Debian and its relatives', () => {
    expect(plan({}, { osRelease: 'ID=ubuntu\nID_LIKE=debian\n' })[5]).toBe('apt-get');
    expect(plan({}, { osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n' })[5]).toBe('apt-get');
    expect(plan({}, { osRelease: 'ID=fedora\nHOME_URL=debian\n' })[5]).toBe(
      'apt-get: not Debian or Ubuntu',
    );
    expect(plan({}, { osRelease: '' })[5]).toBe('apt-get: not Debian or Ubuntu');
    expect(plan({}, { userId: 1000 })[5]).toBe('apt-get: not root');
    expect(plan({}, { userId: undefined })[5]).toBe('apt-get: not root');
  });
});
