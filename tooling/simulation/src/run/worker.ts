import { parentPort } from 'node:worker_threads';

import { generateScenario, type Origin } from '../scenario/generate.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runScenario, type Verdict } from './run-scenario.ts';

/** What a worker is asked to run: a scenario, or what to make one of. */
export interface Job {
  readonly what: Origin | { readonly scenario: Scenario };
  readonly isTraced: boolean;
}

/** Its answer. */
export interface JobResult {
  readonly scenario: Scenario;
  readonly verdict: Verdict | undefined;
  /** Why the simulation itself failed. */
  readonly error: string | undefined;
}

parentPort?.on('message', (job: Job) => {
  void (async (): Promise<void> => {
    const { what, isTraced } = job;
    const scenario = 'scenario' in what ? what.scenario : generateScenario(what);
    let verdict: Verdict | undefined;
    let problem: string | undefined;
    try {
      verdict = await runScenario(scenario, isTraced);
    } catch (error) {
      problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const result: JobResult = { scenario, verdict, error: problem };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(result);
  })();
});
