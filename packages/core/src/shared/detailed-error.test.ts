import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { detailedError, withCause } from './detailed-error.ts';
import { errorReporter } from './error-reporter.ts';
import { A2ARedisError } from './errors.ts';

const told: unknown[] = [];
const note = (message: unknown): void => void told.push(message);

beforeEach(() => {
  told.length = 0;
  subscribe('a2a-redis:error', note);
});

afterEach(() => {
  unsubscribe('a2a-redis:error', note);
  vi.restoreAllMocks();
});

describe('an error with a detail', () => {
  it('is told on its channel, once', () => {
    const error = detailedError('COMMAND_FAILED', 'Redis refused a call.', {
      detail: 'on key "k"',
    });
    expect(told).toEqual([error]);
    expect(told[0]).toBe(error);
    expect(error).toMatchObject({ message: 'Redis refused a call.', detail: 'on key "k"' });
    expect('cause' in error).toBe(false);
  });

  it('keeps it beside a cause that is known later, and is not told again', () => {
    const cause = new Error('away');
    const error = withCause(detailedError('UNAVAILABLE', 'Short.', { detail: 'Long.' }), cause);
    expect([error.code, error.message, error.detail, error.cause]).toEqual([
      'UNAVAILABLE',
      'Short.',
      'Long.',
      cause,
    ]);
    expect(told).toHaveLength(1);
  });

  it('shows it to who inspects the error', () => {
    const error = new A2ARedisError('UNAVAILABLE', 'Short.', { detail: 'on key "k"' });
    expect(inspect(error)).toContain(`detail: 'on key "k"'`);
    expect(Object.keys(error)).toContain('detail');
  });
});

it('an error without a detail has no such property, and is not told', () => {
  for (const options of [undefined, {}, { detail: undefined }]) {
    const error = new A2ARedisError('UNAVAILABLE', 'Short.', options);
    expect('detail' in error).toBe(false);
    expect(error.detail).toBeUndefined();
  }
  expect(told).toEqual([]);
});

describe('the warning of an error that nobody listens to', () => {
  it('has its detail once, and comes once for each detail', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const report = errorReporter('Queues', 'A_CODE', undefined);
    const plain = new Error('plain');
    for (const detail of ['one', 'two', 'one']) {
      report(new A2ARedisError('UNAVAILABLE', 'Short.', { detail }));
    }
    report(plain);
    const type = 'A2ARedisWarning';
    expect(warn.mock.calls).toEqual([
      ['Queues: Short.', { type, code: 'A_CODE', detail: 'one' }],
      ['Queues: Short.', { type, code: 'A_CODE', detail: 'two' }],
      ['Queues: plain', { type, code: 'A_CODE' }],
    ]);
  });
});
