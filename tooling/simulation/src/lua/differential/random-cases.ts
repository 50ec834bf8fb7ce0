import { Random } from '../../kernel/random.ts';

/** What is called, and with what: the script below takes four strings a case. */
export type RandomCase = readonly [call: string, first: string, second: string, third: string];

/** Lua that runs the cases in ARGV and returns their outcomes. It follows CANONICAL_LUA. */
export const RUN_CASES: string = `
local calls = {
  find = function(a, b, c) return string.find(a, b, tonumber(c)) end,
  match = function(a, b) return string.match(a, b) end,
  gmatch = function(a, b)
    local found = {}
    for x, y in string.gmatch(a, b) do found[#found + 1] = { x, y } end
    return found
  end,
  gsub = function(a, b, c) return string.gsub(a, b, c) end,
  replace = function(a, b, c)
    return string.gsub(a, b, function(x, y) if x ~= c then return '<' .. tostring(y or x) .. '>' end end)
  end,
  format = function(a, b) return string.format(a, b) end,
  number_format = function(a, b) return string.format(a, tonumber(b)) end,
  tostring = function(a) return tostring(tonumber(a)) .. '|' .. tonumber(a) end,
  tonumber = function(a, b) if b == '' then return tonumber(a) end return tonumber(a, tonumber(b)) end,
  arithmetic = function(a, b, c)
    local x, y = a, tonumber(b)
    return x + y, x - y, x * y, x / y, y == 0 or x % y
  end,
  sub = function(a, b, c) return string.sub(a, tonumber(b), tonumber(c)), string.byte(a, tonumber(b), tonumber(c)) end,
  decode = function(a) return cjson.decode(a) end,
  encode = function(a, b) return cjson.encode({ a, tonumber(b) }) end,
}
local outcomes = {}
for i = 1, #ARGV, 4 do
  outcomes[#outcomes + 1] = outcome(function()
    return calls[ARGV[i]](ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  end)
end
return outcomes
`;

const CLASSES = 'acdlpsuwxzACDLSWXZ.g'
  .split('')
  .map((letter) => (letter === '.' ? '.' : `%${letter}`));
const LITERALS = [
  'a',
  'b',
  'c',
  '1',
  ' ',
  '-',
  '%-',
  '%.',
  '%%',
  '.',
  '$',
  '^',
  ']',
  '\u00e4',
  '\0',
];
const SETS = [
  '[ab]',
  '[^a]',
  '[a-c]',
  '[%d_]',
  '[^%s]',
  '[]]',
  '[^]a]',
  '[a-]',
  '[%w-]',
  '[1-9a]',
  '[\u0080-\u00ff]',
];
const SUFFIXES = ['', '', '', '*', '+', '-', '?'];
const SPECIALS = [
  '%b()',
  '%bab',
  '%f[%a]',
  '%f[^b]',
  '()',
  '%1',
  '%2',
  '(',
  ')',
  '%',
  '[',
  '[a',
  '%b(',
];

/** Cases from a seed. */
export function randomCases(seed: string, count: number): RandomCase[] {
  const random = new Random(`lua ${seed}`);
  return Array.from({ length: count }, () => randomCase(random));
}

function randomCase(random: Random): RandomCase {
  const call = random.weighted({
    find: 5,
    match: 5,
    gmatch: 3,
    gsub: 5,
    replace: 3,
    format: 2,
    number_format: 8,
    tostring: 4,
    tonumber: 4,
    arithmetic: 2,
    sub: 2,
    decode: 3,
    encode: 2,
  });
  switch (call) {
    case 'find':
      return [call, subject(random), pattern(random), String(random.integer(-8, 14))];
    case 'match':
    case 'gmatch':
      return [call, subject(random), pattern(random), ''];
    case 'gsub':
      return [call, subject(random), pattern(random), replacement(random)];
    case 'replace':
      return [call, subject(random), pattern(random), random.pick(['a', 'b', ''])];
    case 'format':
      return [call, formatOf(random, ['s', 's', 'q', 'd', 'x', '%', 'z']), subject(random), ''];
    case 'number_format':
      return [call, formatOf(random, 'diuoxXcfFeEgGs'.split('')), number(random), ''];
    case 'tostring':
      return [call, number(random), '', ''];
    case 'tonumber':
      return [call, numeral(random), random.chance(0.3) ? String(random.integer(2, 36)) : '', ''];
    case 'arithmetic':
      return [call, numeral(random), number(random), ''];
    case 'sub':
      return [call, subject(random), String(random.integer(-9, 9)), String(random.integer(-9, 9))];
    case 'decode':
      return [call, json(random, 0), '', ''];
    case 'encode':
    default:
      return [call, subject(random), number(random), ''];
  }
}

function repeat(random: Random, least: number, most: number, make: () => string): string {
  return Array.from({ length: random.integer(least, most) }, make).join('');
}

function subject(random: Random): string {
  const characters = 'aaabbbccc112 .-%()[]^$_XY"\\\n\0\u0007\u007f\u00c3\u00a4\u00e4'.split('');
  return repeat(random, 0, 12, () => random.pick(characters));
}

function pattern(random: Random): string {
  const start = random.chance(0.2) ? '^' : '';
  const end = random.chance(0.15) ? '$' : '';
  return start + repeat(random, 0, 4, () => patternPart(random, 0)) + end;
}

function patternPart(random: Random, depth: number): string {
  const kind = random.weighted({
    literal: 5,
    class: 4,
    set: 3,
    capture: depth < 2 ? 3 : 0,
    special: 1,
  });
  switch (kind) {
    case 'literal':
      return random.pick(LITERALS) + random.pick(SUFFIXES);
    case 'class':
      return random.pick(CLASSES) + random.pick(SUFFIXES);
    case 'set':
      return random.pick(SETS) + random.pick(SUFFIXES);
    case 'capture':
      return `(${repeat(random, 0, 2, () => patternPart(random, depth + 1))})`;
    case 'special':
    default:
      return random.pick(SPECIALS);
  }
}

function replacement(random: Random): string {
  return repeat(random, 0, 3, () =>
    random.pick(['x', '%0', '%1', '%2', '%%', '-', '%a', '\u00e4']),
  );
}

function formatOf(random: Random, letters: readonly string[]): string {
  const flags = repeat(random, 0, 2, () => random.pick('-+ #0'.split('')));
  const width = random.chance(0.5) ? String(random.integer(1, 25)) : '';
  const precision = random.chance(0.5) ? `.${random.chance(0.1) ? '' : random.integer(0, 20)}` : '';
  return `<%${flags}${width}${precision}${random.pick(letters)}>`;
}

/** A number with all its digits: of any size, or one that lies between two roundings. */
function number(random: Random): string {
  const kind = random.weighted({
    small: 3,
    half: 3,
    any: 3,
    decimal: 3,
    whole: 2,
    bits: 2,
    special: 1,
  });
  const sign = random.chance(0.3) ? '-' : '';
  switch (kind) {
    case 'small':
      return sign + String(random.integer(0, 200));
    case 'half':
      return sign + String(random.integer(0, 4000) / 2 ** random.integer(1, 8));
    case 'any':
      return sign + String(random.spread(1e-12, 1e18));
    case 'decimal':
      return sign + String(random.integer(1, 99_999) / 10 ** random.integer(0, 9));
    case 'whole':
      return sign + String(Math.floor(random.spread(1, 9e18)));
    case 'bits': {
      const value = random.bytes(8).readDoubleLE();
      return Number.isFinite(value) ? String(value) : '1e308';
    }
    case 'special':
    default:
      return random.pick([
        '0',
        '1e15',
        '1e14',
        '99999999999999.5',
        '0.0001',
        '1e21',
        'inf',
        '-inf',
        '1e16',
      ]);
  }
}

/** What may be a number. */
function numeral(random: Random): string {
  if (random.chance(0.4)) return number(random);
  const parts = [
    '0',
    '1',
    '9',
    '12',
    '.',
    'e',
    'E',
    '+',
    '-',
    'x',
    '0x',
    'f',
    'p',
    ' ',
    '\t',
    '\0',
    'inf',
    'nan',
    'z',
  ];
  return repeat(random, 1, 4, () => random.pick(parts));
}

function json(random: Random, depth: number): string {
  const kind = random.weighted({
    number: 3,
    numeral: 1,
    text: 3,
    word: 2,
    list: depth < 3 ? 3 : 0,
    object: depth < 3 ? 3 : 0,
    wrong: 0.5,
  });
  const inner = (): string => json(random, depth + 1);
  switch (kind) {
    case 'number':
      return number(random);
    case 'numeral':
      return numeral(random);
    case 'text':
      return jsonText(random);
    case 'word':
      return random.pick(['true', 'false', 'null']);
    case 'list':
      return `[${Array.from({ length: random.integer(0, 3) }, inner).join(random.pick([',', ' , ']))}]`;
    case 'object':
      return `{${Array.from({ length: random.integer(0, 3) }, () => `${jsonText(random)}:${inner()}`).join(',')}}`;
    case 'wrong':
    default:
      return random.pick(['', '[1,]', '{,}', '"', 'tru', '{"a" 1}', '[', '}', '\\', "'a'", '\0']);
  }
}

function jsonText(random: Random): string {
  const parts = [
    'a',
    'b',
    ' ',
    '/',
    '\\n',
    '\\"',
    '\\\\',
    '\\/',
    '\\u0041',
    '\\u00e4',
    '\\ud83d\\ude00',
    '\u00c3\u00a4',
  ];
  const odd = ['\\ud83d', '\\x', '\n', '\\u00g0', '\\'];
  return `"${repeat(random, 0, 4, () => (random.chance(0.03) ? random.pick(odd) : random.pick(parts)))}"`;
}
