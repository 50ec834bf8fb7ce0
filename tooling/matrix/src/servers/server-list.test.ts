import { expect, test } from 'vitest';

import { parseServers } from './server-list.ts';

test('programs, their modules and servers elsewhere are read', () => {
  const list = 'redis-8.0=/opt/redis-server, valkey-9=/opt/valkey-server,cloud=rediss://u:p@host:1';
  expect(parseServers(list, 'valkey-9=/opt/json.so')).toEqual([
    {
      name: 'redis-8.0',
      target: { kind: 'program', path: '/opt/redis-server', jsonModule: undefined },
    },
    {
      name: 'valkey-9',
      target: { kind: 'program', path: '/opt/valkey-server', jsonModule: '/opt/json.so' },
    },
    { name: 'cloud', target: { kind: 'url', url: 'rediss://u:p@host:1' } },
  ]);
  expect(parseServers('', '')).toEqual([]);
});

test.each([
  ['/opt/redis-server', '', 'REDIS_MATRIX: /opt/redis-server is not written as name=value.'],
  ['a=redis-server', '', 'REDIS_MATRIX: a=redis-server is neither an absolute path nor'],
  ['a=/b,a=/c', '', 'REDIS_MATRIX names a twice.'],
  ['a=redis://host', 'a=/m.so', 'REDIS_MATRIX_JSON: REDIS_MATRIX has no program of the name a.'],
  ['a=/b', 'c=/m.so', 'REDIS_MATRIX_JSON: REDIS_MATRIX has no program of the name c.'],
])('%j with modules %j is refused', (list, modules, message) => {
  expect(() => parseServers(list, modules)).toThrow(message);
});
