/** A local variable: its name in JavaScript, and how deep in functions it is declared. */
export interface Variable {
  readonly code: string;
  readonly depth: number;
}

/** What a name means at a place of a script. */
export class Scope {
  /** How many functions are around it. */
  readonly depth: number;
  readonly #parent: Scope | undefined;
  readonly #variables = new Map<string, Variable>();
  /** Shared by all scopes of a script: two variables never have the same name in JavaScript. */
  readonly #counter: { count: number };

  private constructor(parent: Scope | undefined, depth: number) {
    this.#parent = parent;
    this.depth = depth;
    this.#counter = parent === undefined ? { count: 0 } : parent.#counter;
  }

  /** A script's outermost one. */
  static root(): Scope {
    return new Scope(undefined, 0);
  }

  /** That of a block. */
  block(): Scope {
    return new Scope(this, this.depth);
  }

  /** That of a function's body. */
  function(): Scope {
    return new Scope(this, this.depth + 1);
  }

  /** Declares a variable from here on. Returns its name in JavaScript. */
  declare(name: string): string {
    const code = this.fresh(name);
    this.#variables.set(name, { code, depth: this.depth });
    return code;
  }

  /** A name in JavaScript that nothing else has. */
  fresh(name: string): string {
    this.#counter.count += 1;
    return `${name}$${this.#counter.count}`;
  }

  find(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.#parent?.find(name);
  }
}
