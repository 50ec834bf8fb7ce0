import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { jsonText, parseJson, storedText } from './json-text.ts';

describe('JSON text', () => {
  test.each([
    ['plain é 🦀 \\ud800 "quoted"', JSON.stringify('plain é 🦀 \\ud800 "quoted"')],
    ['\uD800', '"\uFFFFd800"'],
    ['a\\\uDFFFb', '"a\\\\\uFFFFdfffb"'],
    ['\\uD800\uD800', '"\\\\uD800\uFFFFd800"'],
    ['\uFFFF', '"\uFFFFffff"'],
    ['\uFFFE', '"\uFFFE"'],
  ])('%j', (value, expected) => {
    expect(jsonText(value, 0)).toBe(expected);
    expect(parseJson(expected)).toBe(value);
  });

  test('is well-formed, and any value comes back from it', () => {
    const texts = fc.string({
      unit: fc.constantFrom('\uD83E', '\uDD80', '\uFFFF', '\\', '"', 'u', 'd', '8', '0'),
    });
    fc.assert(
      fc.property(fc.dictionary(texts, texts, { noNullPrototype: true }), (value) => {
        const text = jsonText(value, 0);
        expect(text.isWellFormed()).toBe(true);
        expect(/\\ud[89a-f]/.exec(text.replaceAll('\\\\', ''))).toBe(null);
        expect(parseJson(text)).toEqual(value);
        // A server may write what is not ASCII as escapes.
        const escaped = text.replaceAll('\uFFFF', '\\uffff');
        expect(parseJson(escaped)).toEqual(value);
      }),
    );
  });

  test('outside of JSON comes back, too', () => {
    expect(storedText('a\uFFFFd83e\uFFFFdd80\uFFFFffffb')).toBe('a🦀\uFFFFb');
    expect(storedText('a\\b"')).toBe('a\\b"');
  });

  test('is refused for what is nested too deep, with what lies around it', () => {
    const expected = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(jsonText([[]], 118)).toBe('[[]]');
    expect(() => jsonText([[]], 119)).toThrow(expected);
    expect(jsonText('text', 120)).toBe('"text"');
  });
});
