import { A2ARedisError } from '@a2a-redis/core';

/**
 * The servers refuse documents that are nested deeper than 128 levels. A little less, so that what
 * is stored can still be restored from a dump.
 */
const DEEPEST_DOCUMENT = 120;

/**
 * JSON text of a value as it is stored.
 *
 * The servers hold UTF-8 and refuse lone surrogates, which JavaScript texts may have. Each is
 * stored as U+FFFF, which no text has a use for, and its four hexadecimal digits; U+FFFF itself
 * likewise. Every other text is stored as it is.
 *
 * @param depth How many levels of the document lie around the value.
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for a value too deep for the servers.
 */
export function jsonText(value: unknown, depth: number): string {
  if (!isWithin(value, DEEPEST_DOCUMENT - depth)) {
    throw new A2ARedisError(
      'INVALID_ARGUMENT',
      `A value is too deep: JSON documents hold at most ${DEEPEST_DOCUMENT} levels, and ${depth} lie around it.`,
    );
  }
  const text = JSON.stringify(value);
  if (!text.includes('\\ud') && !text.includes('\uFFFF')) return text;
  return text.replaceAll(/\\(?:u(d[89a-f][0-9a-f]{2})|.)|\uFFFF/gs, (found, surrogate?: string) =>
    surrogate === undefined && found !== '\uFFFF' ? found : `\uFFFF${surrogate ?? 'ffff'}`,
  );
}

/** The value of a text that {@link jsonText} made, as the server gives it back. */
export function parseJson(text: string): unknown {
  return JSON.parse(unescapeText(text, (digits) => `\\u${digits}`));
}

/** A text of the document, outside of JSON, as it was before {@link jsonText}. */
export function storedText(text: string): string {
  return unescapeText(text, (digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function unescapeText(text: string, unescaped: (digits: string) => string): string {
  // A server may write U+FFFF as an escape of its own.
  if (!text.includes('\uFFFF') && !/\\uffff/i.test(text)) return text;
  return text.replaceAll(
    /\\(?:uffff([0-9a-f]{4})|.)|\uFFFF([0-9a-f]{4})/gis,
    (found, escaped?: string, plain?: string) => {
      const digits = escaped ?? plain;
      return digits === undefined ? found : unescaped(digits);
    },
  );
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels <= 0) return false;
  return Object.values(value).every((item) => isWithin(item, levels - 1));
}
