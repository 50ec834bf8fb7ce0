import { formatNumber } from '../../numbers/format-number.ts';
import { first, NOTHING, resultOf } from '../../operators/results.ts';
import { typeOf } from '../../operators/faults.ts';
import {
  LuaError,
  type LuaFunction,
  type LuaResult,
  LuaTable,
  type LuaValue,
} from '../../values/values.ts';
import { argumentFault, checkString, optionalInteger } from '../arguments.ts';
import { PatternMatch } from './pattern.ts';

/** `string.find`. */
export function find(
  text: LuaValue,
  pattern: LuaValue,
  init: LuaValue,
  plain: LuaValue,
): LuaResult {
  const subject = checkString(text, 1, 'find');
  const wanted = checkString(pattern, 2, 'find');
  const from = startOf(subject, init, 'find');
  if ((plain !== undefined && plain !== false) || isPlain(wanted)) {
    const at = subject.indexOf(wanted, from);
    return at < 0 ? undefined : [at + 1, at + wanted.length];
  }
  const state = new PatternMatch(subject, wanted);
  const found = search(state, subject, wanted, from);
  if (found === undefined) return undefined;
  const [start, end] = found;
  if (state.captureCount === 0) return [start + 1, end];
  return [start + 1, end, ...state.captures(start, end)];
}

/** `string.match`. */
export function match(text: LuaValue, pattern: LuaValue, init: LuaValue): LuaResult {
  const subject = checkString(text, 1, 'match');
  const wanted = checkString(pattern, 2, 'match');
  const state = new PatternMatch(subject, wanted);
  const found = search(state, subject, wanted, startOf(subject, init, 'match'));
  return found === undefined ? undefined : resultOf(state.captures(found[0], found[1]));
}

/** `string.gmatch`. */
export function gmatch(text: LuaValue, pattern: LuaValue): LuaFunction {
  const subject = checkString(text, 1, 'gmatch');
  const state = new PatternMatch(subject, checkString(pattern, 2, 'gmatch'));
  let from = 0;
  return () => {
    for (let start = from; start <= subject.length; start += 1) {
      const end = state.matchAt(start);
      if (end >= 0) {
        from = end === start ? end + 1 : end;
        return resultOf(state.captures(start, end));
      }
    }
    from = subject.length + 1;
    // Nothing more, which a loop takes as its end.
    return NOTHING;
  };
}

/** `string.gsub`. */
export function gsub(
  text: LuaValue,
  pattern: LuaValue,
  replacement: LuaValue,
  most: LuaValue,
): LuaResult {
  const subject = checkString(text, 1, 'gsub');
  const wanted = checkString(pattern, 2, 'gsub');
  const replace = replacer(replacement);
  const limit = optionalInteger(most, subject.length + 1, 4, 'gsub');
  const isAnchored = wanted.startsWith('^');
  const state = new PatternMatch(subject, wanted);
  let result = '';
  let count = 0;
  let at = 0;
  while (count < limit) {
    const end = state.matchAt(at, isAnchored ? 1 : 0);
    if (end >= 0) {
      count += 1;
      result += replace(state, at, end) ?? subject.slice(at, end);
    }
    if (end > at) {
      at = end;
    } else if (at < subject.length) {
      result += subject.charAt(at);
      at += 1;
    } else {
      break;
    }
    if (isAnchored) break;
  }
  return [result + subject.slice(at), count];
}

/** What a match is replaced by; nothing where it stays. */
type Replacer = (match: PatternMatch, start: number, end: number) => string | undefined;

function replacer(replacement: LuaValue): Replacer {
  if (typeof replacement === 'string' || typeof replacement === 'number') {
    const template = checkString(replacement, 3, 'gsub');
    if (!template.includes('%')) return () => template;
    return (state, start, end) => fillTemplate(template, state, start, end);
  }
  if (replacement instanceof LuaTable) {
    return (state, start, end) => replacedBy(replacement.get(state.capture(0, start, end)));
  }
  if (typeof replacement === 'function') {
    return (state, start, end) => replacedBy(first(replacement(...state.captures(start, end))));
  }
  throw argumentFault(3, 'gsub', 'string/function/table expected');
}

function fillTemplate(template: string, state: PatternMatch, start: number, end: number): string {
  let text = '';
  for (let at = 0; at < template.length; at += 1) {
    const character = template.charAt(at);
    if (character !== '%') {
      text += character;
      continue;
    }
    at += 1;
    // At the end, C reads the zero byte that closes the string.
    const next = at < template.length ? template.charAt(at) : '\0';
    if (next < '0' || next > '9') text += next;
    else if (next === '0') text += state.whole(start, end);
    else text += textOf(state.capture(next.charCodeAt(0) - 49, start, end));
  }
  return text;
}

function replacedBy(value: LuaValue): string | undefined {
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  throw new LuaError(`invalid replacement value (a ${typeOf(value)})`);
}

function textOf(capture: string | number): string {
  return typeof capture === 'number' ? formatNumber(capture) : capture;
}

function search(
  state: PatternMatch,
  subject: string,
  pattern: string,
  from: number,
): [number, number] | undefined {
  if (pattern.startsWith('^')) {
    const end = state.matchAt(from, 1);
    return end < 0 ? undefined : [from, end];
  }
  for (let start = from; start <= subject.length; start += 1) {
    const end = state.matchAt(start);
    if (end >= 0) return [start, end];
  }
  return undefined;
}

/** Where a search begins, from 0 to the subject's length. */
function startOf(subject: string, init: LuaValue, name: string): number {
  const position = optionalInteger(init, 1, 3, name);
  const absolute = position < 0 ? position + subject.length + 1 : position;
  return Math.min(Math.max(absolute, 1) - 1, subject.length);
}

/** Whether nothing in a pattern is special, up to a zero byte. */
function isPlain(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at += 1) {
    switch (pattern.charCodeAt(at)) {
      case 0:
        return true;
      case 36: // $
      case 37: // %
      case 40: // (
      case 42: // *
      case 43: // +
      case 45: // -
      case 46: // .
      case 63: // ?
      case 91: // [
      case 94: // ^
        return false;
      default:
    }
  }
  return true;
}
