import { LuaError } from '../../values/values.ts';

const CARET = 94;
const PERCENT = 37;
const DASH = 45;
const CLOSE_BRACKET = 93;

/** Whether a byte belongs to a class such as `%d`; in upper case, whether it does not. */
export function isInClass(code: number, letter: number): boolean {
  const lower = letter | 32;
  const isLetter = lower >= 97 && lower <= 122 && letter >= 65;
  const belongs = isLetter ? belongsTo(code, lower) : undefined;
  // Any other character stands for itself.
  if (belongs === undefined) return letter === code;
  return letter === lower ? belongs : !belongs;
}

/** Whether a byte belongs to a set, which begins with `[` and ends with `]`. */
export function isInSet(code: number, pattern: string, start: number, end: number): boolean {
  let at = start + 1;
  const isInverted = pattern.charCodeAt(at) === CARET;
  if (isInverted) at += 1;
  while (at < end) {
    const kind = pattern.charCodeAt(at);
    if (kind === PERCENT) {
      if (isInClass(code, pattern.charCodeAt(at + 1))) return !isInverted;
      at += 2;
    } else if (pattern.charCodeAt(at + 1) === DASH && at + 2 < end) {
      if (kind <= code && code <= pattern.charCodeAt(at + 2)) return !isInverted;
      at += 3;
    } else {
      if (kind === code) return !isInverted;
      at += 1;
    }
  }
  return isInverted;
}

/** Where the pattern goes on after the set that begins at a position. */
export function setEnd(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern.charCodeAt(at) === CARET) at += 1;
  // A `]` right after the start belongs to the set.
  do {
    if (at >= pattern.length) throw new LuaError("malformed pattern (missing ']')");
    at += pattern.charCodeAt(at) === PERCENT && at + 1 < pattern.length ? 2 : 1;
  } while (pattern.charCodeAt(at) !== CLOSE_BRACKET);
  return at + 1;
}

/** By a class's letter in lower case; nothing for what is no class. ASCII only, as in C's locale. */
function belongsTo(code: number, letter: number): boolean | undefined {
  switch (letter) {
    case 97: // a
      return isAlphabetic(code);
    case 99: // c
      return code < 32 || code === 127;
    case 100: // d
      return isDigit(code);
    case 108: // l
      return code >= 97 && code <= 122;
    case 112: // p
      return code > 32 && code < 127 && !isAlphabetic(code) && !isDigit(code);
    case 115: // s
      return code === 32 || (code >= 9 && code <= 13);
    case 117: // u
      return code >= 65 && code <= 90;
    case 119: // w
      return isAlphabetic(code) || isDigit(code);
    case 120: // x
      return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
    case 122: // z
      return code === 0;
    default:
      return undefined;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isAlphabetic(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122 && code < 128;
}
