import { describe, expect, it } from 'vitest';

import {
  hasOnlineReplicas,
  isConnectedToSentinels,
  knowsGoodReplica,
  watchedPrimary,
} from './sentinel-info.ts';

describe('INFO SENTINEL', () => {
  it('tells where the primary is and who knows it', () => {
    const master = 'name=main,status=odown,address=127.0.0.1:7000,slaves=2,sentinels=3';
    expect(watchedPrimary(`# Sentinel\r\nsentinel_masters:1\r\nmaster0:${master}\r\n`)).toEqual({
      status: 'odown',
      address: '127.0.0.1:7000',
      replicas: 2,
      sentinels: 3,
    });
    expect(() => watchedPrimary('# Sentinel\r\nsentinel_masters:0\r\n')).toThrow('watches nothing');
  });
});

describe('SENTINEL REPLICAS', () => {
  it('tells whether there is a replica that can be promoted', () => {
    const reply = (flags: string, link: string): string =>
      `name\n127.0.0.1:7001\nflags\n${flags}\nlast-ping-sent\n0\nmaster-link-status\n${link}\nslave-priority\n100`;
    expect(knowsGoodReplica(reply('slave', 'ok'))).toBe(true);
    expect(knowsGoodReplica(reply('slave', 'err'))).toBe(false);
    expect(knowsGoodReplica(reply('s_down,slave,disconnected', 'ok'))).toBe(false);
    expect(knowsGoodReplica('')).toBe(false);
  });
});

describe('SENTINEL SENTINELS', () => {
  it('tells whether it is connected to the others', () => {
    const reply = (flags: string): string => `name\nabc\nflags\n${flags}\nlink-pending-commands\n0`;
    const both = `${reply('sentinel')}\n${reply('sentinel')}`;
    expect(isConnectedToSentinels(both, 2)).toBe(true);
    expect(isConnectedToSentinels(both, 1)).toBe(false);
    expect(
      isConnectedToSentinels(`${reply('sentinel')}\n${reply('disconnected,sentinel')}`, 2),
    ).toBe(false);
    expect(isConnectedToSentinels('', 0)).toBe(true);
  });
});

describe('INFO REPLICATION', () => {
  it('tells whether the replicas have the data', () => {
    const replica = (index: number, state: string): string =>
      `slave${index}:ip=127.0.0.1,port=7001,state=${state},offset=14,lag=0\r\n`;
    const info = `role:master\r\n${replica(0, 'online')}${replica(1, 'wait_bgsave')}`;
    expect(hasOnlineReplicas(info, 1)).toBe(true);
    expect(hasOnlineReplicas(info, 2)).toBe(false);
    expect(hasOnlineReplicas(`role:master\r\n${replica(0, 'send_bulk')}`, 1)).toBe(false);
  });
});
