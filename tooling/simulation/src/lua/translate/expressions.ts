import type {
  BinaryExpression,
  Expression,
  FunctionDeclaration,
  LogicalExpression,
  TableConstructorExpression,
  UnaryExpression,
} from 'luaparse';

import { formatNumber } from '../numbers/format-number.ts';
import { type Code, code, literal, SPARE, truth } from './code.ts';
import type { Globals } from './globals.ts';
import type { Scope } from './scope.ts';
import { type Call, isCall, isSeveral, lineOf, type Syntax } from './syntax.ts';

/** Translates a function, whose body has statements. */
type TranslateFunction = (declaration: FunctionDeclaration, scope: Scope) => string;

const ARITHMETIC: Readonly<Record<string, { readonly name: string; readonly direct: boolean }>> = {
  '+': { name: 'add', direct: true },
  '-': { name: 'subtract', direct: true },
  '*': { name: 'multiply', direct: true },
  '/': { name: 'divide', direct: true },
  '%': { name: 'modulo', direct: false },
  '^': { name: 'power', direct: false },
};
const ORDER: Readonly<Record<string, string>> = {
  '<': 'less',
  '<=': 'lessOrEqual',
  '>': 'greater',
  '>=': 'greaterOrEqual',
};

/** Translates expressions. */
export class Expressions {
  readonly #syntax: Syntax;
  readonly #globals: Globals;
  readonly #translateFunction: TranslateFunction;

  constructor(syntax: Syntax, globals: Globals, translateFunction: TranslateFunction) {
    this.#syntax = syntax;
    this.#globals = globals;
    this.#translateFunction = translateFunction;
  }

  /** One value. */
  value(expression: Expression, scope: Scope): Code {
    switch (expression.type) {
      case 'NilLiteral':
        return code('undefined', 'nil');
      case 'BooleanLiteral':
        return code(String(expression.value), 'boolean');
      case 'NumericLiteral':
        return code(String(expression.value), 'number');
      case 'StringLiteral':
        return code(literal(expression.value), 'string');
      case 'VarargLiteral':
        return code('$va[0]');
      case 'FunctionDeclaration':
        return code(this.#translateFunction(expression, scope), 'function');
      case 'Identifier':
        return this.#variable(expression.name, expression, scope);
      case 'MemberExpression':
      case 'IndexExpression':
        return this.#member(expression, scope);
      case 'CallExpression':
      case 'TableCallExpression':
      case 'StringCallExpression':
        return code(`first(${this.call(expression, scope)})`);
      case 'TableConstructorExpression':
        return code(this.#table(expression, scope), 'table');
      case 'UnaryExpression':
        return this.#unary(expression, scope);
      case 'LogicalExpression':
        return this.#logical(expression, scope);
      case 'BinaryExpression':
      default:
        return this.#binary(expression, scope);
    }
  }

  /** Whether an expression is true, as JavaScript's boolean. */
  condition(expression: Expression, scope: Scope): string {
    if (expression.type === 'LogicalExpression') {
      const operator = expression.operator === 'and' ? '&&' : '||';
      const left = this.condition(expression.left, scope);
      return `(${left} ${operator} ${this.condition(expression.right, scope)})`;
    }
    return truth(this.value(expression, scope));
  }

  /** A call, giving all its values. */
  call(expression: Call, scope: Scope): string {
    const parameters = this.#parametersOf(expression);
    const list = this.list(
      parameters,
      scope,
      parameters.length === 1 && hasParentheses(expression),
    );
    const { base } = expression;
    const site = this.site(expression, scope, base);
    if (base.type === 'MemberExpression' && base.indexer === ':') {
      const receiver = this.value(base.base, scope).text;
      const receiverSite = this.site(base, scope, base.base);
      const method = `index(${SPARE}, ${literal(base.identifier.name)}, ${receiverSite})`;
      const values = list === '' ? SPARE : `${SPARE}, ${list}`;
      return `(${SPARE} = ${receiver}, callee(${method}, ${site}))(${values})`;
    }
    const constant = this.#constant(base, scope);
    if (constant === undefined) return `callee(${this.value(base, scope).text}, ${site})(${list})`;
    const line = literal(String(lineOf(expression)));
    const placed = list === '' ? line : `${line}, ${list}`;
    if (constant === '$error') return `raise(${placed})`;
    if (constant === '$assert') return `assertAt(${placed})`;
    return this.#isFunction(base)
      ? `${constant}(${list})`
      : `callee(${constant}, ${site})(${list})`;
  }

  /** Values one after another, all those of the last one: what stands between brackets. */
  list(expressions: readonly Expression[], scope: Scope, isOnlyParameter = false): string {
    return expressions
      .map((expression, position) => {
        const isLast = position === expressions.length - 1;
        return isLast && this.isSeveral(expression, isOnlyParameter)
          ? this.spread(expression, scope)
          : this.value(expression, scope).text;
      })
      .join(', ');
  }

  /** Whether an expression at the end of a list gives any number of values. */
  isSeveral(expression: Expression, isOnlyParameter = false): boolean {
    return isSeveral(expression, this.#syntax, isOnlyParameter ? 1 : 0);
  }

  /** All values of an expression that gives several. */
  spread(expression: Expression, scope: Scope): string {
    if (expression.type === 'VarargLiteral') return '...$va';
    return isCall(expression)
      ? `...all(${this.call(expression, scope)})`
      : this.value(expression, scope).text;
  }

  /** The place of an operation and its operands' names, for errors. */
  site(node: Expression, scope: Scope, left: Expression, right?: Expression): string {
    const names = [this.#nameOf(left, scope)];
    if (right !== undefined) names.push(this.#nameOf(right, scope));
    return literal([lineOf(node), ...names].join('|'));
  }

  #variable(name: string, node: Expression, scope: Scope): Code {
    const variable = scope.find(name);
    if (variable !== undefined) return code(variable.code, 'unknown', true);
    const constant = this.#globals.constant(name);
    if (constant !== undefined) return code(constant, 'unknown', true);
    const parameter = this.#globals.parameter(name);
    return code(`presentGlobal(${parameter}, ${literal(name)}, ${literal(String(lineOf(node)))})`);
  }

  #member(expression: Expression, scope: Scope): Code {
    const constant = this.#constant(expression, scope);
    if (constant !== undefined) return code(constant, 'unknown', true);
    if (expression.type !== 'MemberExpression' && expression.type !== 'IndexExpression') {
      throw new TypeError('Not a member.');
    }
    const base = this.value(expression.base, scope).text;
    const key =
      expression.type === 'MemberExpression'
        ? literal(expression.identifier.name)
        : this.value(expression.index, scope).text;
    return code(`index(${base}, ${key}, ${this.site(expression, scope, expression.base)})`);
  }

  /** A global of the standard library, or its member by a name. */
  #constant(expression: Expression, scope: Scope): string | undefined {
    if (expression.type === 'Identifier') {
      if (scope.find(expression.name) !== undefined) return undefined;
      return this.#globals.constant(expression.name);
    }
    if (expression.type !== 'MemberExpression' || expression.base.type !== 'Identifier') {
      return undefined;
    }
    const { name } = expression.base;
    if (scope.find(name) !== undefined) return undefined;
    return this.#globals.constant(name, expression.identifier.name);
  }

  #isFunction(base: Expression): boolean {
    if (base.type === 'Identifier') return this.#globals.isFunction(base.name);
    return (
      base.type === 'MemberExpression' &&
      base.base.type === 'Identifier' &&
      this.#globals.isFunction(base.base.name, base.identifier.name)
    );
  }

  #parametersOf(expression: Call): readonly Expression[] {
    if (expression.type === 'CallExpression') return expression.arguments;
    return [expression.type === 'TableCallExpression' ? expression.arguments : expression.argument];
  }

  #table({ fields }: TableConstructorExpression, scope: Scope): string {
    const parts: string[] = [];
    let layout = '';
    for (const [position, field] of fields.entries()) {
      const { value } = field;
      if (field.type === 'TableValue') {
        const isOpen = position === fields.length - 1 && this.isSeveral(value);
        parts.push(isOpen ? this.spread(value, scope) : this.value(value, scope).text);
        if (!isOpen) layout += 'i';
      } else {
        const key =
          field.type === 'TableKeyString'
            ? literal(field.key.name)
            : this.value(field.key, scope).text;
        parts.push(key, this.value(value, scope).text);
        layout += 'k';
      }
    }
    const list = `[${parts.join(', ')}]`;
    if (!layout.includes('k')) return `itemTable(${list})`;
    const isKeyed = layout.length === fields.length && !layout.includes('i');
    return isKeyed ? `keyedTable(${list})` : `mixedTable(${literal(layout)}, ${list})`;
  }

  #unary(expression: UnaryExpression, scope: Scope): Code {
    const { operator, argument } = expression;
    if (operator === 'not') return code(`!${this.condition(argument, scope)}`, 'boolean');
    const value = this.value(argument, scope);
    const site = this.site(expression, scope, argument);
    if (operator === '#') return code(`lengthOf(${value.text}, ${site})`, 'number');
    return value.kind === 'number'
      ? code(`(-${value.text})`, 'number')
      : code(`negate(${value.text}, ${site})`, 'number');
  }

  #logical({ operator, left, right }: LogicalExpression, scope: Scope): Code {
    const first = this.value(left, scope);
    const second = this.value(right, scope);
    const kind = first.kind === second.kind ? first.kind : 'unknown';
    if (first.kind === 'boolean' && second.kind === 'boolean') {
      return code(`(${first.text} ${operator === 'and' ? '&&' : '||'} ${second.text})`, kind);
    }
    const kept = first.isVariable ? first.text : SPARE;
    const assigned = first.isVariable ? first.text : `(${SPARE} = ${first.text})`;
    const isTrue = `${assigned} !== undefined && ${kept} !== false`;
    return operator === 'and'
      ? code(`(${isTrue} ? ${second.text} : ${kept})`, kind)
      : code(`(${isTrue} ? ${kept} : ${second.text})`, kind);
  }

  #binary(expression: BinaryExpression, scope: Scope): Code {
    const { operator, left, right } = expression;
    if (operator === '..') return this.#concatenation(expression, scope);
    const first = this.value(left, scope);
    const second = this.value(right, scope);
    if (operator === '==' || operator === '~=') {
      return code(`(${first.text} ${operator === '==' ? '===' : '!=='} ${second.text})`, 'boolean');
    }
    const isDirect = first.kind === 'number' && second.kind === 'number';
    const site = this.site(expression, scope, left, right);
    const arithmetic = ARITHMETIC[operator];
    if (arithmetic !== undefined) {
      return isDirect && arithmetic.direct
        ? code(`(${first.text} ${operator} ${second.text})`, 'number')
        : code(`${arithmetic.name}(${first.text}, ${second.text}, ${site})`, 'number');
    }
    const order = ORDER[operator];
    if (order === undefined) throw new TypeError(`Lua 5.1 has no operator ${operator}.`);
    return isDirect
      ? code(`(${first.text} ${operator} ${second.text})`, 'boolean')
      : code(`${order}(${first.text}, ${second.text}, ${site})`, 'boolean');
  }

  #concatenation(expression: BinaryExpression, scope: Scope): Code {
    const operands: Expression[] = [];
    let rest: Expression = expression;
    // It groups to the right.
    while (rest.type === 'BinaryExpression' && rest.operator === '..') {
      operands.push(rest.left);
      rest = rest.right;
    }
    operands.push(rest);
    const texts = operands.map((operand) => this.#text(operand, scope));
    const values = texts.map(({ text }) => text);
    if (texts.every(({ kind }) => kind === 'string')) {
      return code(`(${values.join(' + ')})`, 'string');
    }
    // All of them are computed before any is looked at, and each may be what an error names.
    const names = operands.map((operand) => this.#nameOf(operand, scope));
    const site = literal([lineOf(expression), ...names].join('|'));
    return code(`concatenate(${site}, ${values.join(', ')})`, 'string');
  }

  /** A value; a number that the script has as a literal as its text. */
  #text(expression: Expression, scope: Scope): Code {
    return expression.type === 'NumericLiteral'
      ? code(literal(formatNumber(expression.value)), 'string')
      : this.value(expression, scope);
  }

  /** What an error calls an operand; empty where it has no name. */
  #nameOf(expression: Expression, scope: Scope): string {
    if (expression.type === 'Identifier') {
      const variable = scope.find(expression.name);
      if (variable === undefined) return `global '${expression.name}'`;
      return `${variable.depth === scope.depth ? 'local' : 'upvalue'} '${expression.name}'`;
    }
    if (expression.type === 'MemberExpression') {
      const kind = expression.indexer === ':' ? 'method' : 'field';
      return `${kind} '${expression.identifier.name}'`;
    }
    if (expression.type !== 'IndexExpression') return '';
    const { index } = expression;
    return index.type === 'StringLiteral' && /^\w+$/.test(index.value)
      ? `field '${index.value}'`
      : '';
  }
}

function hasParentheses(expression: Call): boolean {
  return expression.type === 'CallExpression';
}
