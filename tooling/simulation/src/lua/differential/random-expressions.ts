import { Random } from '../../kernel/random.ts';

const BINARY = ['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or'];
// Two dashes would begin a comment.
const UNARY = ['not ', '- ', '#'];
/** Variables, no numerals: Lua computes with those when it compiles, and loses the sign of zero. */
const NAMES = [
  'n0',
  'n1',
  'n2',
  's2',
  'sx',
  'none',
  'no',
  'yes',
  't',
  't',
  't.k',
  't[n1]',
  't.x',
  '...',
];
const CALLS = [
  'all',
  'one',
  'two',
  'nothing',
  't.f',
  't:m',
  'sx:rep',
  'select',
  'type',
  't.missing',
];

const VARIABLES = `
local n0, n1, n2, s2, sx, none, no, yes = 0, 1, 2.5, '2', 'x', nil, false, true
local function all(...) return ... end
local function one(x) return x end
local function two(x, y) return y, x end
local function nothing() end
local t = { 5, 6, k = 'v', f = two }
function t:m(x) return x, #self end
local outcomes = {}
local function try(action) outcomes[#outcomes + 1] = judge(pcall(action, n1, sx)) end
`;

/** Random expressions from a seed. */
export function randomExpressions(seed: string, count: number): string[] {
  const random = new Random(`lua expressions ${seed}`);
  return Array.from({ length: count }, () => list(random, 0));
}

/** A script that returns what each of them gives. It follows CANONICAL_LUA. */
export function expressionScript(expressions: readonly string[]): string {
  const tries = expressions.map((text) => `try(function(...) return ${text} end)`);
  return `${VARIABLES}${tries.join('\n')}\nreturn outcomes`;
}

function list(random: Random, depth: number): string {
  const count = random.pick([1, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => expression(random, depth)).join(', ');
}

function expression(random: Random, depth: number): string {
  const left = 4 - depth;
  const kind = random.weighted({
    name: 3,
    binary: 2 * left,
    unary: left,
    parentheses: left,
    call: left,
    table: left / 3,
    function: left / 4,
  });
  const inner = (): string => expression(random, depth + 1);
  switch (kind) {
    case 'name':
      return random.pick(NAMES);
    case 'binary':
      return `${inner()} ${random.pick(BINARY)} ${inner()}`;
    case 'unary':
      return `${random.pick(UNARY)}${inner()}`;
    case 'parentheses':
      return `(${inner()})`;
    case 'call':
      return `${random.pick(CALLS)}(${random.chance(0.2) ? '' : list(random, depth + 1)})`;
    case 'table':
      return `{ ${random.pick(['', 'k = n1, ', '[n2] = sx, '])}${list(random, depth + 1)} }`;
    case 'function':
    default:
      return `(function(...) local a, b = ${list(random, depth + 1)} return b, a end)(${inner()})`;
  }
}
