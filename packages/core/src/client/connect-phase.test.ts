import { expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { type ConnectableClient, ConnectPhase } from './connect-phase.ts';

it('says why an earlier attempt failed when the last one gets no answer', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
  const attempts = [Promise.reject(refused), new Promise<never>(() => {})];
  const make = (): ConnectableClient => ({
    connect: async () => attempts.shift(),
    destroy: () => {},
  });
  const phase = new ConnectPhase(1000, () => {}, false);
  const error = await errorOf(phase.connect(make, 'h:1'));
  expect([error.code, error.message, error.cause]).toEqual([
    'CONNECT_FAILED',
    'No connection to Redis at h:1 within 1000 ms: connect ECONNREFUSED',
    refused,
  ]);
  expect(attempts).toEqual([]);
});
