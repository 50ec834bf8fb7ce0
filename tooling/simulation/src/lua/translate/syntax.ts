import luaparse, {
  type CallExpression,
  type Chunk,
  type Expression,
  type Node,
  type StringCallExpression,
  type TableCallExpression,
} from 'luaparse';

import { LuaError } from '../values/values.ts';
import { placeOf } from '../operators/faults.ts';

/** A script's tree, with what the parser leaves out of it. */
export interface Syntax {
  readonly chunk: Chunk;
  /** How many parentheses open right before a place of the source. */
  readonly opensBefore: ReadonlyMap<number, number>;
}

const OPTIONS = {
  luaVersion: '5.1',
  encodingMode: 'pseudo-latin1',
  comments: false,
  locations: true,
  ranges: true,
} as const;
const END_OF_FILE = 1;

/** @throws {LuaError} where the source is not valid Lua 5.1. */
export function parseLua(source: string): Syntax {
  // oxlint-disable-next-line no-control-regex -- characters that are bytes
  if (/[^\u0000-\u00ff]/.test(source)) throw new LuaError('A script must consist of bytes.');
  try {
    return {
      chunk: luaparse.parse(source, { ...OPTIONS, wait: false }),
      opensBefore: countOpens(source),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, line, problem] = /^\[(\d+):\d+\] ([^]*)$/.exec(error.message) ?? [];
    throw new LuaError(placeOf(line ?? '?') + (problem ?? error.message));
  }
}

/** The line of a tree's node. */
export function lineOf(node: Node): number {
  return node.loc?.start.line ?? 0;
}

/** Whether an expression gives any number of values: a call or `...`, without parentheses around it. */
export function isSeveral(expression: Expression, syntax: Syntax, ownParentheses: number): boolean {
  if (expression.type !== 'VarargLiteral' && !isCall(expression)) return false;
  return (syntax.opensBefore.get(startOf(expression)) ?? 0) <= ownParentheses;
}

/** An expression that calls something. */
export type Call = CallExpression | TableCallExpression | StringCallExpression;

/** Whether an expression calls something. */
export function isCall(expression: Expression): expression is Call {
  return (
    expression.type === 'CallExpression' ||
    expression.type === 'TableCallExpression' ||
    expression.type === 'StringCallExpression'
  );
}

function startOf(node: Node): number {
  if ('range' in node && Array.isArray(node.range)) return Number(node.range[0]);
  throw new TypeError('The parser tells the range of each node.');
}

function countOpens(source: string): Map<number, number> {
  const opensBefore = new Map<number, number>();
  const lexer = luaparse.parse({ ...OPTIONS, wait: true });
  lexer.write(source);
  let opens = 0;
  for (;;) {
    const token = lexer.lex();
    if (token.type === END_OF_FILE) return opensBefore;
    if (opens > 0) opensBefore.set(token.range[0], opens);
    const isOpen = token.value === '(' && source[token.range[0]] === '(';
    opens = isOpen ? opens + 1 : 0;
  }
}
