import { vi } from 'vitest';

/** How long a test waits for what must come: on a machine that is busy, a second is not enough. */
const PATIENCE_MS = 20_000;

/** Files that share a process run this each, and the waits are to be made patient once. */
const DONE = Symbol.for('a2a-redis: patient waits');

if (!Reflect.has(vi, DONE)) {
  const { waitFor, waitUntil } = vi;
  vi.waitFor = (callback, options) => waitFor(callback, patient(options));
  vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
  Reflect.defineProperty(vi, DONE, { value: true });
}

/** What a test says itself holds. */
function patient<T extends object>(options: T | number = PATIENCE_MS): T | number {
  return typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options };
}
