import { A2ARedisError } from '../../shared/errors.ts';

/** Deeper values are refused: they are cycles, or nothing that a peer's JSON parser accepts. */
const DEEPEST = 200;

/** What may stand in `metadata` and in data parts, after a copy. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Copies a value as `JSON.stringify` and `JSON.parse` would, which is how it travels to a peer:
 * `undefined`, functions and symbols vanish, a `Date` becomes its text, `NaN` becomes `null`.
 *
 * @param path Where the value stands, for the message.
 * @param freeze Whether the copy is shared and must not change.
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for what JSON cannot hold: a `bigint`, a cycle.
 */
export function copyJson(value: unknown, path: string, freeze: boolean): JsonValue {
  return copyValue(value, path, freeze, 0) ?? null;
}

/** As {@link copyJson}, for an object or nothing. */
export function copyJsonObject(
  value: object | undefined,
  path: string,
  freeze: boolean,
): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  const copy = copyValue(value, path, freeze, 0);
  if (isJsonObject(copy)) return copy;
  throw new A2ARedisError('INVALID_ARGUMENT', `${path} must be an object.`);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyValue(
  value: unknown,
  path: string,
  freeze: boolean,
  depth: number,
): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // Of -0, too, JSON has only 0.
      return Number.isFinite(value) ? value + 0 : null;
    case 'object':
      break;
    case 'bigint':
      throw new A2ARedisError('INVALID_ARGUMENT', `${path} holds a bigint, which JSON cannot.`);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
  if (value === null) return null;
  if (depth >= DEEPEST) {
    throw new A2ARedisError(
      'INVALID_ARGUMENT',
      `${path} is cyclic or deeper than ${DEEPEST} levels.`,
    );
  }
  if (hasToJson(value)) {
    return copyValue(value.toJSON(), path, freeze, depth + 1);
  }
  if (Array.isArray(value)) {
    const items = Array.from(value, (item) => copyValue(item, path, freeze, depth + 1) ?? null);
    return freeze ? Object.freeze(items) : items;
  }
  const copy: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const itemCopy = copyValue(item, path, freeze, depth + 1);
    if (itemCopy !== undefined) setOwn(copy, key, itemCopy);
  }
  return freeze ? Object.freeze(copy) : copy;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Assignment to `__proto__` would change the prototype instead of adding a key. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    target[key] = value;
  }
}

/** The value of a key that an object has itself, not one that it inherits. */
export function ownValue(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether two values would be the same JSON, whatever the order of keys. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A `Date` has no keys, as an empty object has none, and says something else.
  if (hasToJson(a) || hasToJson(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalJson(item, b[index]));
  }
  const [inA, inB] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (inA.size !== inB.size) return false;
  return [...inA].every(([key, item]) => inB.has(key) && equalJson(item, inB.get(key)));
}
