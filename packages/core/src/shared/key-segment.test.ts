import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { keySegment, requireId, requirePrefix } from './key-segment.ts';
import { scopeResolver, scopeSegment } from './scope.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(':', '{', '}', '%', '~', '*', 'a', '3', 'A', '\n') }),
);

describe('keySegment', () => {
  it('leaves common ids as they are', () => {
    for (const id of ['0f8fad5b-d9cd-469f-a165-70867728950e', 'alice@example.org', 'v1.2_x+y']) {
      expect(keySegment(id)).toBe(id);
    }
  });

  it('never gives two texts one segment, nor one that holds a character with a meaning', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(keySegment(a) === keySegment(b)).toBe(a === b);
        expect(keySegment(a)).toMatch(/^~?[A-Za-z0-9_.@+%-]*$/);
      }),
    );
  });

  it('shortens a 10 kB id, and tells two that differ in the last character apart', () => {
    const long = 'x'.repeat(10_000);
    expect(keySegment(`${long}a`)).toHaveLength(44);
    expect(keySegment(`${long}a`)).not.toBe(keySegment(`${long}b`));
    expect(keySegment(keySegment(long))).not.toBe(keySegment(long));
  });

  it.each([
    ['a text that is too long as it is', '%'.repeat(300_000), 0],
    ['one that is too long once it is encoded', '%'.repeat(128), 1],
    ['one that is not', '%'.repeat(42), 1],
  ])('encodes %s no more often than needed', (_, long, encodings) => {
    const encoding = vi.spyOn(String.prototype, 'replaceAll');
    const segment = keySegment(long);
    expect(encoding).toHaveBeenCalledTimes(encodings);
    encoding.mockRestore();
    const digest = `~${createHash('sha256').update(long).digest('base64url')}`;
    expect(segment).toBe(long.length <= 42 ? '%25'.repeat(42) : digest);
  });

  it('keeps tenant and owner apart', () => {
    fc.assert(
      fc.property(text, text, text, text, (tenant, owner, otherTenant, otherOwner) => {
        const same = tenant === otherTenant && owner === otherOwner;
        expect(
          scopeSegment({ tenant, owner }) ===
            scopeSegment({ tenant: otherTenant, owner: otherOwner }),
        ).toBe(same);
      }),
    );
  });
});

describe('checks of ids, prefixes and scopes', () => {
  it.each([undefined, null, 7, {}, '', '\uD800'])('refuse the id %j', (id) => {
    expect(() => requireId('The task id', id)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('The task id'),
      }),
    );
  });

  it.each([undefined, 5, '', 'a{b', 'a}b', '\uDC00'])('refuse the prefix %j', (prefix) => {
    expect(() => requirePrefix(prefix)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('"prefix"'),
      }),
    );
  });

  it('refuse a call without a context, and an owner resolver that is no function', () => {
    expect(() => scopeResolver()(undefined as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('context'),
      }),
    );
    expect(() => scopeResolver('alice' as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('"ownerResolver"'),
      }),
    );
  });

  it('refuse an owner that is no text', () => {
    // What a JavaScript owner resolver can do and a TypeScript one cannot.
    const resolve = scopeResolver(() => undefined as unknown as string);
    expect(() => resolve({} as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('owner'),
      }),
    );
  });
});
