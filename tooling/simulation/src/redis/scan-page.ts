import { beforeZero, optionOf } from './bytes.ts';
import { matchesGlob } from './glob.ts';
import { requireInteger } from './numbers.ts';
import { plainError, syntaxError } from './reply.ts';

const CURSOR = /^(?:|([+-]?)(\d+))$/;

/** A cursor that a caller sent, as C's `strtoul` reads it. */
export function requireCursor(text: string): number {
  const match = CURSOR.exec(beforeZero(text));
  const cursor = BigInt(match?.[2] ?? '0');
  if (match === null || cursor >= 2n ** 64n) throw plainError('invalid cursor');
  return Number(match[1] === '-' ? BigInt.asUintN(64, -cursor) : cursor);
}

/** What is scanned. */
export interface ScanSubject {
  /** Whether all is given at once. */
  readonly isWhole: boolean;
  /** The type of a key; undefined where no keys are scanned. */
  readonly typeOf: ((name: string) => string) | undefined;
}

/**
 * Some names, and the cursor to go on with. Ours counts the names in their order: a name is left out
 * where earlier ones are deleted between two calls, which Redis never does.
 */
export function scanPage(
  names: readonly string[],
  cursor: number,
  options: readonly string[],
  { isWhole, typeOf }: ScanSubject,
): { readonly cursor: string; readonly names: readonly string[] } {
  let count = 10;
  let pattern: string | undefined;
  let type: string | undefined;
  for (let i = 0; i < options.length; i += 2) {
    const option = optionOf(options[i] ?? '');
    const value = options[i + 1];
    if (value === undefined) throw syntaxError();
    if (option === 'COUNT') {
      count = requireInteger(value);
      if (count < 1) throw syntaxError();
    } else if (option === 'MATCH') {
      pattern = value;
    } else if (option === 'TYPE' && typeOf !== undefined) {
      type = optionOf(value).toLowerCase();
    } else {
      throw syntaxError();
    }
  }
  const end = isWhole ? names.length : cursor + count;
  const page = names.slice(isWhole ? 0 : cursor, end);
  return {
    cursor: end >= names.length ? '0' : String(end),
    names: page.filter(
      (name) =>
        (pattern === undefined || matchesGlob(pattern, name)) &&
        (type === undefined || typeOf?.(name) === type),
    ),
  };
}
