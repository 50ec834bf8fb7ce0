import { expect, test } from 'vitest';

import { DeliveryCounts } from './delivery-counts.ts';

test('what is done is counted for its tenant, and for all', () => {
  const counts = new DeliveryCounts();
  counts.add('a', 'delivered');
  counts.add('b', 'delivered');
  counts.add('b', 'dead');
  expect(counts.of('a')).toEqual({ delivered: 1, retried: 0, dead: 0, stale: 0 });
  expect(counts.of('b')).toEqual({ delivered: 1, retried: 0, dead: 1, stale: 0 });
  expect(counts.of('c')).toEqual({ delivered: 0, retried: 0, dead: 0, stale: 0 });
  expect(counts.of()).toEqual({ delivered: 2, retried: 0, dead: 1, stale: 0 });
});
