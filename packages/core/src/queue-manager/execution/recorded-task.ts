import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import { backOff } from '../../redis/backoff.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from './bus-services.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/**
 * For how long a task may not grow towards what was published, in milliseconds: longer than its publisher leaves to
 * requests what they are to store.
 */
const LAG_MS = 1500;

/**
 * Where requests store what they hear, some steps after others have it: waits until a task holds all that
 * was published of it so far, so that what is made of it next is made of all. Gives up where it does not
 * grow: who was to store that is gone, or it is nothing that a task holds.
 */
export async function untilRecorded(
  task: TaskAddress,
  {
    trackingStore,
    eventStore,
    states,
    runtime,
  }: Pick<BusServices, 'trackingStore' | 'eventStore' | 'states' | 'runtime'>,
): Promise<void> {
  if (trackingStore === undefined || eventStore !== undefined) return;
  const { counters } = await states.state(task);
  const context = contextOfScope(task.scope);
  let progress = '';
  let progressAt = runtime.now();
  for (let attempt = 1; ; attempt += 1) {
    const [stored, applied] = await Promise.all([
      trackingStore.load(task.taskId, context),
      trackingStore.appliedEvents(task.taskId, context),
    ]);
    if (isTerminal(stored?.status) || holdsAll(applied, counters)) return;
    const before = progress;
    progress = applied?.toString() ?? '';
    if (progress !== before) progressAt = runtime.now();
    if (runtime.now() - progressAt > LAG_MS) return;
    await backOff(runtime, attempt, 20, 500);
  }
}

function holdsAll(
  applied: AppliedEvents | undefined,
  counters: ReadonlyMap<string, number>,
): boolean {
  return [...counters].every(([run, last]) => (applied?.contiguous(run) ?? 0) >= last);
}
