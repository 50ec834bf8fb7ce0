import { expect, it } from 'vitest';

import { redisConf } from './redis-conf.ts';

const PLACE = { folder: '/tmp/a b', port: 7000, bind: '127.0.0.1' };

it('is complete without options', () => {
  expect(redisConf(PLACE, {})).toBe(`bind 127.0.0.1
port 7000
dir "/tmp/a b"
daemonize no
save ""
appendonly no
appendfsync always
`);
});

it('has a directive for every option, those of the caller last', () => {
  const options = {
    persistence: true,
    password: 'a "b\\c\nd',
    tls: true,
    modulePath: '/m.so',
    config: { save: '', maxmemory: '1mb', port: '1' },
  };
  expect(redisConf({ ...PLACE, socketPath: '/tmp/a b/s' }, options)).toBe(`bind 127.0.0.1
port 0
dir "/tmp/a b"
daemonize no
save ""
appendonly yes
appendfsync always
unixsocket "/tmp/a b/s"
requirepass "a \\"b\\\\c\\nd"
tls-port 7000
tls-cert-file "/tmp/a b/server.pem"
tls-key-file "/tmp/a b/server-key.pem"
tls-ca-cert-file "/tmp/a b/ca.pem"
tls-auth-clients no
loadmodule "/m.so"
save ""
maxmemory 1mb
port 1
`);
});
