import type {
  AssignmentStatement,
  Expression,
  ForGenericStatement,
  ForNumericStatement,
  FunctionDeclaration,
  Identifier,
  IfStatement,
  LocalStatement,
  RepeatStatement,
  ReturnStatement,
  Statement,
} from 'luaparse';

import { literal, SPARE } from './code.ts';
import { Expressions } from './expressions.ts';
import type { Globals } from './globals.ts';
import type { Scope } from './scope.ts';
import { isCall, lineOf, type Syntax } from './syntax.ts';

/** Translates statements, and functions as they consist of them. */
export class Statements {
  readonly #expressions: Expressions;

  constructor(syntax: Syntax, globals: Globals) {
    this.#expressions = new Expressions(syntax, globals, (declaration, scope) =>
      this.#function(declaration, scope, false),
    );
  }

  /** The body of a function, with what it needs of its own. */
  functionBody(statements: readonly Statement[], scope: Scope): string {
    const end = statements.at(-1)?.type === 'ReturnStatement' ? '' : 'return NOTHING;\n';
    return `let ${SPARE};\n${this.#statements(statements, scope)}${end}`;
  }

  #statements(statements: readonly Statement[], scope: Scope): string {
    return statements.map((statement) => `${this.#statement(statement, scope)}\n`).join('');
  }

  #block(statements: readonly Statement[], scope: Scope): string {
    return `{\n${this.#statements(statements, scope.block())}}`;
  }

  #statement(statement: Statement, scope: Scope): string {
    const expressions = this.#expressions;
    switch (statement.type) {
      case 'LocalStatement':
        return this.#local(statement, scope);
      case 'AssignmentStatement':
        return this.#assignment(statement, scope);
      case 'CallStatement':
        return `${expressions.call(statement.expression, scope)};`;
      case 'FunctionDeclaration':
        return this.#functionStatement(statement, scope);
      case 'IfStatement':
        return this.#if(statement, scope);
      case 'WhileStatement': {
        const condition = expressions.condition(statement.condition, scope);
        return `while (${condition}) ${this.#block(statement.body, scope)}`;
      }
      case 'RepeatStatement':
        return this.#repeat(statement, scope);
      case 'ForNumericStatement':
        return this.#forNumeric(statement, scope);
      case 'ForGenericStatement':
        return this.#forGeneric(statement, scope);
      case 'DoStatement':
        return this.#block(statement.body, scope);
      case 'BreakStatement':
        return 'break;';
      case 'ReturnStatement':
        return this.#return(statement, scope);
      case 'GotoStatement':
      case 'LabelStatement':
      default:
        throw new TypeError('Lua 5.1 has no goto.');
    }
  }

  #local({ variables, init }: LocalStatement, scope: Scope): string {
    const values = this.#valuesFor(variables.length, init, scope);
    // Declared only now: the values may use variables of the same names.
    const names = variables.map(({ name }) => scope.declare(name));
    const declarations = names.map((name, position) => `${name} = ${values.codes[position]}`);
    return `${values.before}let ${declarations.join(', ')};${values.after}`;
  }

  #assignment({ variables, init }: AssignmentStatement, scope: Scope): string {
    const [only] = variables;
    const [value] = init;
    if (variables.length === 1 && init.length === 1 && only !== undefined && value !== undefined) {
      return this.#target(only, scope)(this.#expressions.value(value, scope).text);
    }
    // What is assigned to comes before the values, and all values before any assignment.
    let before = '';
    const assign: ((value: string) => string)[] = [];
    for (const variable of variables) {
      if (variable.type === 'Identifier') {
        assign.push(this.#target(variable, scope));
        continue;
      }
      const base = scope.fresh('$base');
      const key = scope.fresh('$key');
      const keyText =
        variable.type === 'MemberExpression'
          ? literal(variable.identifier.name)
          : this.#expressions.value(variable.index, scope).text;
      before += `const ${base} = ${this.#expressions.value(variable.base, scope).text}, ${key} = ${keyText};\n`;
      const site = this.#expressions.site(variable, scope, variable.base);
      assign.push((text) => `setIndex(${base}, ${key}, ${text}, ${site});`);
    }
    const values = this.#valuesFor(variables.length, init, scope);
    const names = variables.map(() => scope.fresh('$value'));
    const declarations = names.map((name, position) => `${name} = ${values.codes[position]}`);
    // As Lua does, the last one first.
    const assignments = assign.map((to, position) => to(names[position] ?? '')).toReversed();
    return `{\n${before}${values.before}const ${declarations.join(', ')};${values.after}\n${assignments.join('\n')}\n}`;
  }

  /** As many values as there are variables: expressions, with what must come before and after them. */
  #valuesFor(
    count: number,
    init: readonly Expression[],
    scope: Scope,
  ): { codes: string[]; before: string; after: string } {
    const expressions = this.#expressions;
    const last = init.at(-1);
    if (last === undefined || init.length >= count || !expressions.isSeveral(last)) {
      const codes = init.map((expression) => expressions.value(expression, scope).text);
      const after = codes.splice(count).map((text) => ` (${text});`);
      while (codes.length < count) codes.push('undefined');
      return { codes, before: '', after: after.join('') };
    }
    const list = scope.fresh('$list');
    const codes = Array.from({ length: count }, (_, position) => `${list}[${position}]`);
    if (init.length === 1 && isCall(last)) {
      return {
        codes,
        before: `const ${list} = all(${expressions.call(last, scope)});\n`,
        after: '',
      };
    }
    return { codes, before: `const ${list} = [${expressions.list(init, scope)}];\n`, after: '' };
  }

  /** How a variable or a table's field is set, by the value's code. */
  #target(
    variable: AssignmentStatement['variables'][number],
    scope: Scope,
  ): (value: string) => string {
    const expressions = this.#expressions;
    if (variable.type === 'Identifier') {
      const local = scope.find(variable.name);
      if (local !== undefined) return (value) => `${local.code} = ${value};`;
      return (value) => `refuseGlobal(${value}, ${literal(String(lineOf(variable)))});`;
    }
    const base = expressions.value(variable.base, scope).text;
    const key =
      variable.type === 'MemberExpression'
        ? literal(variable.identifier.name)
        : expressions.value(variable.index, scope).text;
    const site = expressions.site(variable, scope, variable.base);
    return (value) => `setIndex(${base}, ${key}, ${value}, ${site});`;
  }

  #functionStatement(declaration: FunctionDeclaration, scope: Scope): string {
    const { identifier, isLocal } = declaration;
    if (identifier === null) throw new TypeError('A function that is a statement has a name.');
    if (isLocal && identifier.type === 'Identifier') {
      // Declared first: it may call itself.
      const name = scope.declare(identifier.name);
      return `let ${name} = ${this.#function(declaration, scope, false)};`;
    }
    const isMethod = identifier.type === 'MemberExpression' && identifier.indexer === ':';
    return this.#target(identifier, scope)(this.#function(declaration, scope, isMethod));
  }

  #function({ parameters, body }: FunctionDeclaration, outer: Scope, isMethod: boolean): string {
    const scope = outer.function();
    const names = isMethod ? [scope.declare('self')] : [];
    for (const parameter of parameters) {
      names.push(parameter.type === 'VarargLiteral' ? '...$va' : scope.declare(parameter.name));
    }
    return `((${names.join(', ')}) => {\n${this.functionBody(body, scope)}})`;
  }

  #if({ clauses }: IfStatement, scope: Scope): string {
    return clauses
      .map((clause) => {
        const body = this.#block(clause.body, scope);
        if (clause.type === 'ElseClause') return body;
        return `if (${this.#expressions.condition(clause.condition, scope)}) ${body}`;
      })
      .join(' else ');
  }

  #repeat({ condition, body }: RepeatStatement, scope: Scope): string {
    // The condition sees the variables of the body.
    const inner = scope.block();
    const statements = this.#statements(body, inner);
    return `while (true) {\n${statements}if (${this.#expressions.condition(condition, inner)}) break;\n}`;
  }

  #forNumeric(statement: ForNumericStatement, scope: Scope): string {
    const line = literal(String(lineOf(statement)));
    const number = (expression: Expression, name: string): string => {
      const { text, kind } = this.#expressions.value(expression, scope);
      return kind === 'number' ? text : `loopNumber(${text}, ${literal(name)}, ${line})`;
    };
    const start = number(statement.start, 'initial value');
    const limit = number(statement.end, 'limit');
    const step = statement.step === null ? '1' : number(statement.step, 'step');
    const [at, end, by] = [scope.fresh('$at'), scope.fresh('$end'), scope.fresh('$by')];
    const inner = scope.block();
    const variable = inner.declare(statement.variable.name);
    const isUp = /^\d/.test(step) && step !== '0';
    const goesOn = isUp ? `${at} <= ${end}` : `${by} > 0 ? ${at} <= ${end} : ${end} <= ${at}`;
    const body = this.#statements(statement.body, inner);
    return `for (let ${at} = ${start}, ${end} = ${limit}, ${by} = ${step}; ${goesOn}; ${at} += ${by}) {\nlet ${variable} = ${at};\n${body}}`;
  }

  #forGeneric(statement: ForGenericStatement, scope: Scope): string {
    const { variables, iterators, body } = statement;
    const values = this.#expressions.list(iterators, scope);
    const line = literal(String(lineOf(statement)));
    const loop = scope.fresh('$loop');
    const inner = scope.block();
    const declarations = variables.map((variable: Identifier, position) => {
      const from = ['key', 'value'][position] ?? `at(${position})`;
      return `${inner.declare(variable.name)} = ${loop}.${from}`;
    });
    const statements = this.#statements(body, inner);
    return `for (const ${loop} = new Loop([${values}], ${line}); ${loop}.next(); ) {\nlet ${declarations.join(', ')};\n${statements}}`;
  }

  #return({ arguments: values }: ReturnStatement, scope: Scope): string {
    const expressions = this.#expressions;
    const [only] = values;
    if (only === undefined) return 'return NOTHING;';
    if (values.length > 1) return `return [${expressions.list(values, scope)}];`;
    if (!expressions.isSeveral(only)) return `return ${expressions.value(only, scope).text};`;
    return isCall(only) ? `return ${expressions.call(only, scope)};` : 'return resultOf($va);';
  }
}
