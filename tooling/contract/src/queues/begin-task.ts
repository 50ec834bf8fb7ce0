import type { DrivenExecutor, Execution } from './driven-executor.ts';
import type { Listener } from './listener.ts';

/** A replica whose executor a test drives. */
interface DrivenReplica {
  readonly executor: DrivenExecutor;
  /** Sends a message and streams the answer. */
  stream(): Listener;
}

/** Begins a task on a replica: what executes it, and who streams it and has seen it begin. */
export async function beginTask(
  replica: DrivenReplica,
): Promise<{ readonly execution: Execution; readonly stream: Listener }> {
  const executing = replica.executor.next();
  const stream = replica.stream();
  const execution = await executing;
  execution.task();
  await stream.until(1);
  return { execution, stream };
}
