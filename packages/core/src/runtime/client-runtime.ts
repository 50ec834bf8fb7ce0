import { type Runtime, systemRuntime } from './runtime.ts';

const runtimes = new WeakMap<object, Runtime>();

/**
 * Gives a client a runtime of its own. Stores and queue managers that are made on it afterwards use
 * that: several replicas in one process can so each have a clock and a chance of their own.
 */
export function useRuntime(client: object, runtime: Runtime): void {
  runtimes.set(client, runtime);
}

/** The runtime of a client: the system's, unless it was given another one. */
export function runtimeOf(client: object): Runtime {
  return runtimes.get(client) ?? systemRuntime;
}
