import { LuaError, type LuaResult, LuaTable, type LuaValue } from '../../values/values.ts';
import {
  argumentFault,
  checkInteger,
  checkString,
  optionalInteger,
  STACK_LIMIT,
} from '../arguments.ts';
import { format } from './string-format.ts';
import { find, gmatch, gsub, match } from './string-patterns.ts';

/** A script that makes a longer string fails, as it would run out of memory. */
const LONGEST = 2 ** 29 - 24;

/** `string`. A string's methods are found here, too. */
export const stringLibrary: LuaTable = LuaTable.fromRecord({
  byte,
  char,
  find,
  format,
  gmatch,
  gsub,
  len: (text: LuaValue) => checkString(text, 1, 'len').length,
  lower: (text: LuaValue) => changeCase(checkString(text, 1, 'lower'), /[A-Z]+/g, 'toLowerCase'),
  match,
  rep,
  reverse: (text: LuaValue) => checkString(text, 1, 'reverse').split('').toReversed().join(''),
  sub,
  upper: (text: LuaValue) => changeCase(checkString(text, 1, 'upper'), /[a-z]+/g, 'toUpperCase'),
}).freeze();

function byte(text: LuaValue, from: LuaValue, to: LuaValue): LuaResult {
  const subject = checkString(text, 1, 'byte');
  const start = absolute(optionalInteger(from, 1, 2, 'byte'), subject.length);
  const first = Math.max(start, 1);
  const last = Math.min(
    absolute(optionalInteger(to, start, 3, 'byte'), subject.length),
    subject.length,
  );
  if (first === last) return subject.charCodeAt(first - 1);
  const codes: number[] = [];
  if (last - first >= STACK_LIMIT) throw new LuaError('string slice too long');
  for (let position = first; position <= last; position += 1) {
    codes.push(subject.charCodeAt(position - 1));
  }
  return codes;
}

function char(...codes: LuaValue[]): string {
  let text = '';
  for (const [index, value] of codes.entries()) {
    const code = checkInteger(value, index + 1, 'char');
    if (code < 0 || code > 255) throw argumentFault(index + 1, 'char', 'invalid value');
    text += String.fromCharCode(code);
  }
  return text;
}

function rep(text: LuaValue, count: LuaValue): string {
  const subject = checkString(text, 1, 'rep');
  const times = Math.max(0, checkInteger(count, 2, 'rep'));
  if (subject.length * times > LONGEST) throw new LuaError('resulting string too large');
  return subject === '' ? '' : subject.repeat(times);
}

function sub(text: LuaValue, from: LuaValue, to: LuaValue): string {
  const subject = checkString(text, 1, 'sub');
  const start = absolute(checkInteger(from, 2, 'sub'), subject.length);
  const end = absolute(optionalInteger(to, -1, 3, 'sub'), subject.length);
  return subject.slice(Math.max(start, 1) - 1, Math.max(end, 0));
}

/** A position that may count from the end. */
function absolute(position: number, length: number): number {
  return Math.max(position < 0 ? position + length + 1 : position, 0);
}

/** Only ASCII letters have a case in C's locale. */
function changeCase(text: string, letters: RegExp, change: 'toLowerCase' | 'toUpperCase'): string {
  return text.replaceAll(letters, (run) => run[change]());
}
