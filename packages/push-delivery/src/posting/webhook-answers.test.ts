import { describe, expect, test } from 'vitest';

import { ForbiddenTargetError } from './guarded-connector.ts';
import { answerOf, answerOfFault } from './webhook-answers.ts';

describe('a status', () => {
  const retried = new Set([
    408,
    425,
    429,
    ...Array.from({ length: 100 }, (_, index) => 500 + index),
  ]);

  test.each(Array.from({ length: 400 }, (_, index) => 200 + index))(
    '%d means one thing',
    (status) => {
      const kind = status < 300 ? 'delivered' : retried.has(status) ? 'retry' : 'refused';
      expect(answerOf({ status, retryAfter: undefined }, 0)).toMatchObject({ kind, status });
    },
  );

  test('of a redirect says that it is not followed', () => {
    expect(answerOf({ status: 302, retryAfter: undefined }, 0)).toStrictEqual({
      kind: 'refused',
      status: 302,
      reason: 'The receiver answered 302: redirects are not followed.',
    });
  });

  test('that is retried brings the time that the receiver asks for', () => {
    expect(answerOf({ status: 503, retryAfter: '7' }, 0)).toStrictEqual({
      kind: 'retry',
      status: 503,
      reason: 'The receiver answered 503.',
      retryAfterMs: 7_000,
    });
    expect(answerOf({ status: 503, retryAfter: 'soon' }, 0)).not.toHaveProperty('retryAfterMs');
    expect(answerOf({ status: 410, retryAfter: '7' }, 0)).not.toHaveProperty('retryAfterMs');
  });
});

describe('an error', () => {
  const secret = 'https://client.example/hook?key=s3cret';

  test.each([
    [fault('ECONNREFUSED'), 'retry', 'The connection failed (ECONNREFUSED).'],
    [
      fault('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'retry',
      'The connection failed (DEPTH_ZERO_SELF_SIGNED_CERT).',
    ],
    [fault('UND_ERR_CONNECT_TIMEOUT'), 'retry', 'The connection took too long.'],
    [fault('ENOTFOUND'), 'retry', "The webhook's host is not known (ENOTFOUND)."],
    [fault('ENODATA'), 'retry', "The webhook's host is not known (ENODATA)."],
    [fault('UND_ERR_INVALID_ARG'), 'refused', 'The request has a header that cannot be sent.'],
    [fault('s3cret'), 'retry', 'The connection failed.'],
    [fault(5), 'retry', 'The connection failed.'],
    [new Error(secret), 'retry', 'The connection failed.'],
    ['s3cret', 'retry', 'The connection failed.'],
    [new ForbiddenTargetError('Forbidden.'), 'refused', 'Forbidden.'],
  ])('is told by its code: %s', (error, kind, reason) => {
    expect(answerOfFault(error)).toStrictEqual({ kind, reason });
  });

  function fault(code: unknown): Error {
    return Object.assign(new Error(secret), { code });
  }
});
