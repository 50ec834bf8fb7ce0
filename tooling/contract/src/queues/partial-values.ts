/** What is done to one property: JavaScript callers leave it out, or set it to `null`. */
export type Omission = 'left out' | 'null';

/** A value of which one property is left out, or `null`. */
export interface PartialValue<T> {
  /** Which, such as `status.message.parts.0.content: null`. */
  readonly name: string;
  readonly value: T;
}

/** What a JavaScript caller may pass, as whatever type it should have had. */
export function unchecked(value: unknown): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types alone cannot keep it out
  return value as never;
}

/** A value without each of its properties in turn, at every depth. */
export function partialValues<T extends object>(value: T): PartialValue<T>[] {
  return pathsOf(value).flatMap((path) =>
    (['left out', 'null'] as const).map((omission) => ({
      name: `${path.join('.')}: ${omission}`,
      value: without(value, path, omission),
    })),
  );
}

/** The paths of all properties; an entry of a list is none, and is what a list holds. */
function pathsOf(value: object, at: readonly string[] = []): (readonly string[])[] {
  const paths: (readonly string[])[] = [];
  const members: [string, unknown][] = Object.entries(value);
  for (const [name, member] of members) {
    const path = [...at, name];
    if (!Array.isArray(value)) paths.push(path);
    if (typeof member === 'object' && member !== null) paths.push(...pathsOf(member, path));
  }
  return paths;
}

function without<T extends object>(value: T, path: readonly string[], omission: Omission): T {
  const copy = structuredClone(value);
  const [last = '', ...owners] = path.toReversed();
  const owner = owners.reduceRight<object>((at, name) => unchecked(Reflect.get(at, name)), copy);
  if (omission === 'null') Reflect.set(owner, last, null);
  else Reflect.deleteProperty(owner, last);
  return copy;
}

/**
 * A value without what A2A JSON takes for absent: `null`, the default of its type, and the content of a part of
 * which it is not said what it is, or which has none.
 */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([name]) => !name.startsWith('a2a-redis:'))
    .map(([name, member]: [string, unknown]) => [name, plainOf(member)] as const)
    .filter(([name, member]) => !isDefault(member) && (name !== 'content' || isContent(member)));
  return Object.fromEntries(members);
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true;
  return value === false || (Array.isArray(value) && value.length === 0);
}

function isContent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$case' in value && 'value' in value;
}
