import { NOT_CLIENTS } from '@a2a-redis-internal/redis-clients';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { TaskStoreOptions } from '@a2a-redis/core/task-store';
import { describe, expect, test } from 'vitest';

import type { RedisTaskStoreSubject } from './subject.ts';

/** Never called: options are checked before anything is sent. */
const client: RedisScriptClient = {
  evalSha: async () => Promise.reject(new Error('A script was called.')),
  eval: async () => Promise.reject(new Error('A script was called.')),
};

const BAD_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  prefix: ['', 5, null, 'a{b', 'a}b', '\uD800'],
  ttlSeconds: [0, -1, 1.5, Number.NaN, Infinity, '60', null],
  ttlAppliesTo: ['some', 1, null],
  readFrom: ['replica', 'anywhere', 1, null],
  cacheMaxBytes: [0, -1, 1.5, '1'],
  deadlineMs: [0, -1, 0.5, '1', Infinity],
  ownerResolver: ['ann', 1],
  onCorruptRecord: ['log', {}],
};

/** Options that a store does not know or cannot use are refused by name, before anything is sent. */
export function refusesOptions({ open }: RedisTaskStoreSubject): void {
  describe('options', () => {
    test('takes no options, and options that are left undefined', () => {
      const undefinedOptions = Object.fromEntries(
        Object.keys(BAD_OPTIONS).map((name) => [name, undefined]),
      );
      expect(() => open(client)).not.toThrow();
      expect(() => open(client, undefinedOptions)).not.toThrow();
    });

    const cases = Object.entries(BAD_OPTIONS).flatMap(([name, values]) =>
      values.map((value) => [name, value] as const),
    );
    test.each(cases)('refuses %s: %j by name', (name, value) => {
      expect(() => open(client, { [name]: value })).toThrow(
        expect.objectContaining({
          name: 'A2ARedisError',
          code: 'INVALID_OPTION',
          message: expect.stringContaining(`"${name}"`),
        }),
      );
    });

    test.each(NOT_CLIENTS)('%s', (message, wrong) => {
      expect(() => Reflect.apply(open, undefined, [wrong])).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', message }),
      );
    });

    test('refuses an option that there is not', () => {
      const options: TaskStoreOptions & { readonly ttl: number } = { ttl: 60 };
      expect(() => open(client, options)).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining('"ttl"'),
        }),
      );
    });
  });
}
