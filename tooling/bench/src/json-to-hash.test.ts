import { expect, test } from 'vitest';

import { jsonToHashTable } from './json-to-hash.ts';
import { formatTable } from './report.ts';
import { jsonServerStores } from './stores/json-server.ts';

test('both stores stand side by side, and what was not measured is left open', () => {
  const stores = jsonServerStores('redis://localhost:6379');
  const table = jsonToHashTable(
    stores,
    'ms',
    ['parts'],
    [
      { what: ['few'], medianOf: (kind) => (kind === stores.json ? 3 : 2) },
      { what: ['many'], medianOf: (kind) => (kind === stores.hash ? 2 : undefined) },
    ],
  );
  expect(formatTable(table).split('\n')).toEqual([
    '| parts | RedisTaskStore | RedisJSONTaskStore | ratio |',
    '| ----- | -------------: | -----------------: | ----: |',
    '| few   |        2.00 ms |            3.00 ms | 1.50× |',
    '| many  |        2.00 ms |                  – |     – |',
  ]);
});
