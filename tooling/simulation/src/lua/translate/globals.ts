import { standard } from './runtime.ts';

/** The globals that a script reads: the standard library's are constants, all others come with a run. */
export class Globals {
  readonly #constants = new Map<string, string>();
  readonly #names: string[] = [];

  /** The names that a run must give values for, in the order of the parameters. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The parameters in JavaScript. */
  get parameters(): string {
    return this.#names.map(parameterOf).join(', ');
  }

  /** Declares the constants in JavaScript. */
  get declarations(): string {
    let code = '';
    for (const [name, value] of this.#constants) code += `const ${name} = ${value};\n`;
    return code;
  }

  /** The constant for a global of the standard library, or for its member; nothing for any other. */
  constant(name: string, member?: string): string | undefined {
    if (standard(name) === undefined) return undefined;
    if (member === undefined) {
      this.#constants.set(`$${name}`, `standard(${JSON.stringify(name)})`);
      return `$${name}`;
    }
    if (standard(name, member) === undefined) return undefined;
    const code = `$${name}$${member}`;
    this.#constants.set(code, `standard(${JSON.stringify(name)}, ${JSON.stringify(member)})`);
    return code;
  }

  /** Whether that is a function. */
  isFunction(name: string, member?: string): boolean {
    return typeof standard(name, member) === 'function';
  }

  /** The parameter for any other global. */
  parameter(name: string): string {
    if (!this.#names.includes(name)) this.#names.push(name);
    return parameterOf(name);
  }
}

function parameterOf(name: string): string {
  return `$$${name}`;
}
