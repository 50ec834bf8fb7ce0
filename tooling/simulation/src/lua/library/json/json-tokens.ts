import { scanNumber } from '../../numbers/parse-number.ts';

/** What a JSON text consists of, by the names that error messages use. */
export type JsonTokenKind =
  | 'T_OBJ_BEGIN'
  | 'T_OBJ_END'
  | 'T_ARR_BEGIN'
  | 'T_ARR_END'
  | 'T_STRING'
  | 'T_NUMBER'
  | 'T_BOOLEAN'
  | 'T_NULL'
  | 'T_COLON'
  | 'T_COMMA'
  | 'T_END'
  | 'T_ERROR';

/** A token, or what is wrong with it. */
export interface JsonToken {
  readonly kind: JsonTokenKind;
  readonly value: string | number | boolean | undefined;
  /** Where it begins, or where it is wrong. */
  readonly at: number;
}

const PUNCTUATION: ReadonlyMap<string, JsonTokenKind> = new Map<string, JsonTokenKind>([
  ['{', 'T_OBJ_BEGIN'],
  ['}', 'T_OBJ_END'],
  ['[', 'T_ARR_BEGIN'],
  [']', 'T_ARR_END'],
  [':', 'T_COLON'],
  [',', 'T_COMMA'],
  ['\0', 'T_END'],
  ['', 'T_END'],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const BLANKS = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- a C string ends at a zero byte
const PLAIN = /[^"\\\u0000]*/y;
/** Besides JSON's own numbers, what C reads: hexadecimal, infinite and none. */
const NUMBER_START = /-|[0-9]|\+[0-9.]|[+-]?(?:inf|nan)/iy;

/** The tokens of a text in bytes, one after another. */
export class JsonTokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): JsonToken {
    const text = this.#text;
    BLANKS.lastIndex = this.#at;
    BLANKS.exec(text);
    const at = BLANKS.lastIndex;
    const kind = PUNCTUATION.get(text.charAt(at));
    if (kind !== undefined) {
      this.#at = kind === 'T_END' ? at : at + 1;
      return { kind, value: undefined, at };
    }
    if (text[at] === '"') return this.#string(at);
    if (text.startsWith('true', at)) return this.#word('T_BOOLEAN', true, at, 4);
    if (text.startsWith('false', at)) return this.#word('T_BOOLEAN', false, at, 5);
    if (text.startsWith('null', at)) return this.#word('T_NULL', undefined, at, 4);
    NUMBER_START.lastIndex = at;
    return NUMBER_START.test(text) ? this.#number(at) : errorAt('invalid token', at);
  }

  #word(kind: JsonTokenKind, value: boolean | undefined, at: number, length: number): JsonToken {
    this.#at = at + length;
    return { kind, value, at };
  }

  #number(at: number): JsonToken {
    const scanned = scanNumber(this.#text, at);
    if (scanned === undefined) return errorAt('invalid number', at);
    this.#at = scanned.end;
    return { kind: 'T_NUMBER', value: scanned.value, at };
  }

  #string(start: number): JsonToken {
    const text = this.#text;
    let value = '';
    let at = start + 1;
    for (;;) {
      PLAIN.lastIndex = at;
      PLAIN.exec(text);
      value += text.slice(at, PLAIN.lastIndex);
      at = PLAIN.lastIndex;
      const end = text.charAt(at);
      if (end === '"') {
        this.#at = at + 1;
        return { kind: 'T_STRING', value, at: start };
      }
      if (end !== '\\') return errorAt('unexpected end of string', at);
      const letter = text.charAt(at + 1);
      if (letter === 'u') {
        const unit = readUnicode(text, at);
        if (unit === undefined) return errorAt('invalid unicode escape code', at);
        value += Buffer.from(String.fromCodePoint(unit.code)).toString('latin1');
        at = unit.end;
      } else {
        const escaped = ESCAPES.get(letter);
        if (escaped === undefined) return errorAt('invalid escape code', at);
        value += escaped;
        at += 2;
      }
    }
  }
}

function errorAt(problem: string, at: number): JsonToken {
  return { kind: 'T_ERROR', value: problem, at };
}

/** A code point from `\uXXXX`, or from two of them that are a surrogate pair. */
function readUnicode(text: string, at: number): { code: number; end: number } | undefined {
  const high = readHex(text, at);
  if (high === undefined || (high & 0xfc_00) === 0xdc_00) return undefined;
  if ((high & 0xfc_00) !== 0xd8_00) return { code: high, end: at + 6 };
  const low = readHex(text, at + 6);
  if (low === undefined || (low & 0xfc_00) !== 0xdc_00) return undefined;
  return { code: 0x1_00_00 + ((high & 0x3_ff) << 10) + (low & 0x3_ff), end: at + 12 };
}

function readHex(text: string, at: number): number | undefined {
  const [, digits] = /^\\u([0-9a-fA-F]{4})/.exec(text.slice(at, at + 6)) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
