import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { configHeaders, readTokenHeader } from './config-headers.ts';

const TOKEN = readTokenHeader();
const LINE_BREAKS = ['\r\nhost: other', '\n', '\r', 'a\0b', 'ключ', '🔑'];

describe('a config sets', () => {
  test('its credentials', () => {
    const authentication = { scheme: 'Bearer', credentials: 'cr3d' };
    expect(configHeaders({ authentication, token: 't0k' }, TOKEN)).toStrictEqual({
      headers: { authorization: 'Bearer cr3d' },
    });
  });

  test.each([
    undefined,
    { scheme: '', credentials: 'cr3d' },
    { scheme: 'Bearer', credentials: '' },
  ])('its token, with %j', (authentication) => {
    expect(configHeaders({ authentication, token: 't0k' }, TOKEN)).toStrictEqual({
      headers: { 'x-a2a-notification-token': 't0k' },
    });
  });

  test('nothing without either', () => {
    expect(configHeaders({ authentication: undefined, token: '' }, TOKEN)).toStrictEqual({
      headers: {},
    });
  });
});

describe('a config must not set', () => {
  test.each(LINE_BREAKS)('a token with %j', (part) => {
    const result = configHeaders({ authentication: undefined, token: `t0k${part}` }, TOKEN);
    expect(result).toStrictEqual({
      refusal: "The webhook's token must not hold line breaks, nor what is not in Latin-1.",
    });
  });

  test.each(LINE_BREAKS)('credentials with %j', (part) => {
    const authentication = { scheme: 'Bearer', credentials: `cr3d${part}` };
    expect(configHeaders({ authentication, token: '' }, TOKEN)).toStrictEqual({
      refusal: "The webhook's credentials must not hold line breaks, nor what is not in Latin-1.",
    });
  });

  test.each(['Bearer x', 'Bearer:', 'Be\r\narer', ' Bearer', '"Bearer"', 'Bärer', '\0'])(
    'the scheme %j',
    (scheme) => {
      const authentication = { scheme, credentials: 'cr3d' };
      expect(configHeaders({ authentication, token: '' }, TOKEN)).toStrictEqual({
        refusal: "The webhook's authentication scheme is not one word of HTTP.",
      });
    },
  );
});

test('what is sent is what `fetch` would send', () => {
  const unit = fc.constantFrom('a', 'Z', '0', '-', '~', ' ', '\t', '"', 'é');
  const text = fc.oneof(
    fc.string({ unit, maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  fc.assert(
    fc.property(text, text, text, (scheme, credentials, token) => {
      const result = configHeaders({ authentication: { scheme, credentials }, token }, TOKEN);
      if ('refusal' in result) return;
      const name = scheme && credentials ? 'Authorization' : 'X-A2A-Notification-Token';
      const value = scheme && credentials ? `${scheme} ${credentials}` : token;
      const expected = value === '' ? [] : [...new Headers([[name, value]])];
      expect(Object.entries(result.headers)).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

describe('the header for tokens', () => {
  test.each([
    [undefined, 'x-a2a-notification-token'],
    ['X-Token', 'x-token'],
    ['Authorization', 'authorization'],
  ])('may be %s', (name, lowerCase) => {
    expect(readTokenHeader(name)).toBe(lowerCase);
  });

  test.each([
    '',
    'x token',
    'x\r\n',
    'Host',
    'content-length',
    'Content-Type',
    'transfer-encoding',
    'connection',
    'expect',
    'Webhook-Signature',
    'webhook-id',
    'a2a-version',
    'proxy-authorization',
    null,
    5,
  ])('must not be %j', (name) => {
    expect(() => Reflect.apply(readTokenHeader, undefined, [name])).toThrow(
      'Option "tokenHeaderName"',
    );
  });
});
