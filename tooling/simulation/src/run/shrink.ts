import { signatureOf } from '../promises/finding.ts';
import type { Call, Plan, Scenario, Step } from '../scenario/scenario.ts';
import type { WorkerPool } from './worker-pool.ts';

/** How many smaller scenarios are tried at most. */
const MOST_TRIES = 400;

/** Cuts a scenario down to what its fault needs: calls, faults and steps go, as long as the fault stays. */
export async function shrink(
  scenario: Scenario,
  signature: string,
  pool: WorkerPool,
): Promise<Scenario> {
  let smallest = scenario;
  let tries = 0;
  for (let isSmaller = true; isSmaller && tries < MOST_TRIES;) {
    isSmaller = false;
    const candidates = smallerThan(smallest);
    // As many at once as there are workers, the first that will do.
    for (let first = 0; first < candidates.length && tries < MOST_TRIES; first += pool.size) {
      const some = candidates.slice(first, first + pool.size);
      tries += some.length;
      const fails = await Promise.all(some.map(async (each) => hasFault(each, signature, pool)));
      const found = some.find((_, index) => fails[index]);
      if (found === undefined) continue;
      smallest = found;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

async function hasFault(scenario: Scenario, signature: string, pool: WorkerPool): Promise<boolean> {
  const { verdict } = await pool.run({ what: { scenario }, isTraced: false });
  return verdict?.findings.some((finding) => signatureOf(finding) === signature) === true;
}

/** Scenarios with one thing less, those that lack most first. */
function smallerThan(scenario: Scenario): readonly Scenario[] {
  const { calls, faults, settings } = scenario;
  const smaller: Scenario[] = [];
  for (const fault of faults) {
    smaller.push({ ...scenario, faults: faults.filter((each) => each !== fault) });
  }
  for (const call of calls) smaller.push({ ...scenario, calls: without(calls, call) });
  if (settings.replicas > 2) {
    smaller.push({ ...scenario, settings: { ...settings, replicas: settings.replicas - 1 } });
  }
  for (const [index, call] of calls.entries()) {
    if (!('plan' in call)) continue;
    for (const steps of fewerSteps(call.plan)) {
      const plan = { ...call.plan, steps };
      smaller.push({ ...scenario, calls: calls.with(index, { ...call, plan }) });
    }
  }
  return smaller;
}

/** The calls without one, and without those for its task. */
function without(calls: readonly Call[], gone: Call): readonly Call[] {
  return calls.filter((each) => each !== gone && !('task' in each && each.task === gone.id));
}

function fewerSteps({ steps }: Plan): readonly (readonly Step[])[] {
  const half = Math.ceil(steps.length / 2);
  const halves = steps.length > 3 ? [steps.slice(half), steps.slice(0, half)] : [];
  return [...halves, ...steps.map((step) => steps.filter((each) => each !== step))];
}
