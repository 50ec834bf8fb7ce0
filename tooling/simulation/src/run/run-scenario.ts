import { createHash } from 'node:crypto';

import { checkPromises } from '../promises/check-promises.ts';
import type { Finding } from '../promises/finding.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { World } from '../world/world.ts';

/** What came of a scenario. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** Who did what when, a line an entry; empty unless asked for. */
  readonly trace: readonly string[];
  /** Of the trace: equal where two runs were. Empty unless asked for. */
  readonly digest: string;
  /** How many events were simulated. */
  readonly events: number;
}

/** Runs a scenario and checks every promise. */
export async function runScenario(scenario: Scenario, isTraced: boolean): Promise<Verdict> {
  const world = new World(scenario, isTraced);
  const outcome = await world.run();
  const trace = world.history.trace();
  return {
    findings: checkPromises(outcome),
    trace,
    digest: isTraced ? createHash('sha256').update(trace.join('\n')).digest('hex') : '',
    events: outcome.events,
  };
}
