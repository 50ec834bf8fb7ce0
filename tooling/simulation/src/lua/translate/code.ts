/** What is known about a value before the script runs. */
export type Kind = 'unknown' | 'nil' | 'boolean' | 'number' | 'string' | 'table' | 'function';

/** An expression in JavaScript, and what it gives. */
export interface Code {
  readonly text: string;
  readonly kind: Kind;
  /** Whether it is a variable, which may be written twice. */
  readonly isVariable: boolean;
}

export function code(text: string, kind: Kind = 'unknown', isVariable = false): Code {
  return { text, kind, isVariable };
}

/** A string, every character of which is a byte, as a literal. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** A variable of each function for a value that is needed twice at once. */
export const SPARE = '$t';

/** Whether an expression is true in Lua: neither nil nor false. */
export function truth({ text, kind, isVariable }: Code): string {
  if (kind === 'boolean') return text;
  if (kind === 'nil') return 'false';
  if (kind !== 'unknown') return `(${text}, true)`;
  if (isVariable) return `(${text} !== undefined && ${text} !== false)`;
  return `((${SPARE} = ${text}) !== undefined && ${SPARE} !== false)`;
}
