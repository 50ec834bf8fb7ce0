import { A2ARedisError } from '@a2a-redis/core';

import { REFUSAL } from '../world/agent.ts';
import { textOfError } from '../world/history.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { specialCaseOf, taskHistories } from './task-histories.ts';

/** P8 and P10: nothing goes unhandled, calls fail with typed errors, and what is well is not reported. */
export const checkTrouble: PromiseCheck = (outcome) => {
  const { history, scenario, lookedAt } = outcome;
  const findings: Finding[] = [];
  for (const { at, kind, error, replica } of history.troubles) {
    const detail = `${replica}: ${textOfError(error)}`;
    if (kind === 'unhandled')
      findings.push({ promise: 'P8', kind: 'an unhandled rejection', detail });
    if (isRefusal(error)) continue;
    // A short log loses events to those who come late, and says so.
    const isShort = scenario.settings.maxEventsPerTask < 100;
    // To close a replica under those who still wait is a fault of its own, which others find.
    const isCalm = scenario.faults.length === 0 && !isShort && at < lookedAt;
    if (kind === 'reported' && isCalm) {
      const kindOfReport = `a report without a fault${caseOfReport(detail, outcome)}`;
      findings.push({ promise: 'P10', kind: kindOfReport, detail });
    }
    if (kind === 'reported' && !(error instanceof A2ARedisError || isSocketError(error))) {
      findings.push({ promise: 'P10', kind: 'a report without a code', detail });
    }
  }
  for (const { outcome: how, error, call } of history.calls) {
    if (how === 'failed' && !isTyped(error)) {
      findings.push({
        promise: 'P10',
        kind: 'a call fails without a typed error',
        detail: `${call.kind}: ${textOfError(error)}`,
      });
    }
  }
  return findings;
};

/** The special case of the task that a report names. */
function caseOfReport(text: string, outcome: Outcome): string {
  const task = taskHistories(outcome).find(({ taskId }) => text.includes(taskId));
  return task === undefined ? '' : specialCaseOf(task);
}

/** What an executor threw that was asked to cancel. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message === REFUSAL;
}

/** What a connection for messages tells of itself is the client's own error. */
function isSocketError(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Socket|ECONNREFUSED|Connection|closed/.test(`${error.constructor.name} ${error.message}`)
  );
}

/** An error of the SDK, or of these packages. */
function isTyped(error: unknown): boolean {
  if (error instanceof A2ARedisError) return true;
  // What an executor throws comes to who asked it to cancel, as with the SDK's own bus.
  if (isRefusal(error)) return true;
  return (
    error instanceof Error &&
    error.constructor !== Error &&
    error.constructor !== TypeError &&
    error.constructor !== RangeError
  );
}
