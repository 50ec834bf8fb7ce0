import { sleep } from '../../runtime/sleep.ts';
import type { TaskStanding } from '../events/event-transport.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { isTaskOver } from '../state/task-state.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;

/**
 * Where a task stands when somebody joins who misses nothing from now on.
 *
 * @param mayGoOn Whether this process may publish events of it.
 */
export async function standingOf(
  task: TaskAddress,
  { states, runtime }: Pick<BusServices, 'states' | 'runtime'>,
  mayGoOn: () => boolean,
): Promise<TaskStanding> {
  let state = await states.state(task);
  if (state.phase === 'none' && !mayGoOn()) {
    // Its first event may have come here ahead of the note that it runs.
    await sleep(runtime, SECOND_LOOK_MS, { ref: false });
    state = await states.state(task);
  }
  return { isEnded: !mayGoOn() && isTaskOver(state), counters: state.counters };
}
