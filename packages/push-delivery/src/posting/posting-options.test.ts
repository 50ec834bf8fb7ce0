import { expect, test } from 'vitest';

import { readPostingOptions } from './posting-options.ts';

test('defaults', () => {
  expect(readPostingOptions({}, 'posting.')).toStrictEqual({
    connectTimeoutMs: 5_000,
    timeoutMs: 15_000,
    connectionsPerOrigin: 8,
    ca: [],
    resolveHost: undefined,
  });
});

test.each([
  ['posting.connectTimeoutMs', { connectTimeoutMs: 0 }],
  ['posting.timeoutMs', { timeoutMs: 2 ** 31 }],
  ['posting.timeoutMs', { timeoutMs: '5' }],
  ['posting.connectionsPerOrigin', { connectionsPerOrigin: 0 }],
  ['posting.connectionsPerOrigin', { connectionsPerOrigin: 1.5 }],
  ['posting.ca', { ca: 'pem' }],
  ['posting.ca[0]', { ca: ['pem'] }],
  ['posting.ca[0]', { ca: [undefined] }],
  ['posting.resolveHost', { resolveHost: '127.0.0.1' }],
  ['posting.timeout', { timeout: 5 }],
])('%s of %j is refused by name', (name, options) => {
  const read = (): unknown => Reflect.apply(readPostingOptions, undefined, [options, 'posting.']);
  expect(read).toThrow(`Option "${name}"`);
  expect(read).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
