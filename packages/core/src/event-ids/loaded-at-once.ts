import type { ServerCallContext } from '@a2a-js/sdk/server';

/** Who may load a task in this turn of the event loop. */
interface Expected {
  readonly taskId: string;
  readonly context: ServerCallContext;
  readonly call: () => void;
}

let expected: Expected | undefined;

/**
 * Calls when a task is loaded, as whom, before this turn of the event loop is over: so does a request to subscribe
 * once it listens, and no other.
 */
export function whenLoadedAtOnce(
  taskId: string,
  context: ServerCallContext,
  call: () => void,
): void {
  const mine = { taskId, context, call };
  expected = mine;
  queueMicrotask(() => {
    if (expected === mine) expected = undefined;
  });
}

/** A task is about to be loaded. */
export function noteLoad(taskId: string, context: ServerCallContext): void {
  if (expected === undefined) return;
  if (expected.taskId !== taskId || expected.context !== context) return;
  expected.call();
  expected = undefined;
}
