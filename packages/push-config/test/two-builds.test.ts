import { createRequire } from 'node:module';

import * as esm from '@a2a-redis/core';
import * as esmShared from '@a2a-redis/core/shared';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const cjs = require('@a2a-redis/core') as typeof esm;
const cjsShared = require('@a2a-redis/core/shared') as typeof esmShared;

/** What an application raises of its own, on top of what a build has. */
const derivedOf = (base: typeof esm.A2ARedisError): typeof esm.A2ARedisError =>
  class Derived extends base {};

describe('the ESM and the CommonJS build of core in one process', () => {
  it('are two', () => {
    expect(cjs.A2ARedisError).not.toBe(esm.A2ARedisError);
  });

  it.each([
    ['ESM', esm.A2ARedisError],
    ['CommonJS', cjs.A2ARedisError],
  ])('have errors that are instances for both: %s', (_build, Raised) => {
    const error = new Raised('UNAVAILABLE', 'away', { cause: 'x' });
    expect([error instanceof esm.A2ARedisError, error instanceof cjs.A2ARedisError]).toEqual([
      true,
      true,
    ]);
    expect([error instanceof Error, error.code, Object.keys(error)]).toEqual([
      true,
      'UNAVAILABLE',
      ['name', 'code'],
    ]);
    const [OfEsm, OfCjs] = [derivedOf(esm.A2ARedisError), derivedOf(cjs.A2ARedisError)];
    expect([error instanceof OfEsm, error instanceof OfCjs]).toEqual([false, false]);
    const derived = new OfEsm('UNAVAILABLE', 'away');
    expect([derived instanceof OfEsm, derived instanceof OfCjs]).toEqual([true, false]);
    expect(derived instanceof cjs.A2ARedisError).toBe(true);
  });

  it.each([undefined, null, 'A2ARedisError', {}, new Error('x'), { name: 'A2ARedisError' }])(
    'take nothing else for one: %j',
    (value) => {
      expect([value instanceof esm.A2ARedisError, value instanceof cjs.A2ARedisError]).toEqual([
        false,
        false,
      ]);
    },
  );

  it('agree on the scope of a context that no request brought, whatever the owner resolver', () => {
    const scope = { tenant: 'acme', owner: 'ann' };
    for (const [made, read] of [
      [esmShared, cjsShared],
      [cjsShared, esmShared],
    ] as const) {
      const context = made.contextOfScope(scope);
      expect(read.scopeResolver(() => 'somebody else')(context)).toEqual(scope);
    }
  });
});
