/**
 * A copy in which bytes are lists of numbers and keys are sorted, so that two values compare as they
 * would on the wire: the SDK's in-memory store returns a `Uint8Array` for the `Buffer` that it was
 * given.
 */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
