import type { FinisherServices } from '../execution/bus-services.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** Does work under the name of a run: where this process is gone before it is done, others find the run. */
export async function whileNoted<T>(
  { states, ownRuns, lease }: Pick<FinisherServices, 'states' | 'ownRuns' | 'lease'>,
  task: TaskAddress,
  run: string,
  contextId: string,
  work: () => Promise<T>,
): Promise<T> {
  ownRuns.begin(run, async () => void (await states.note(task, run, contextId)));
  try {
    // Others look for the note in time only where they notice in time that this process is gone.
    await lease.confirm();
    await states.note(task, run, contextId);
    const result = await work();
    await states.forget(run);
    return result;
  } finally {
    ownRuns.leave(run);
  }
}
