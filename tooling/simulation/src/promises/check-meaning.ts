import { TaskState } from '@a2a-js/sdk';

import { stateName, tokensOfTask } from '../world/tokens.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import {
  checkTasks,
  lastStatusOf,
  parseToken,
  type TaskHistory,
  untilOf,
} from './task-histories.ts';

/**
 * P1: where nothing goes wrong, nobody cancels and one execution follows another, a task is what the SDK
 * makes of its events in one process: each part in its place, and the last status.
 */
export const checkMeaning: PromiseCheck = checkTasks((task, outcome) => {
  if (!isPlain(task, outcome) || task.task === undefined) return [];
  const findings: Finding[] = [];
  const add = (kind: string, detail: string): void =>
    void findings.push({ promise: 'P1', kind, detail: `${task.taskId} ${detail}` });
  // Parts are in their artifacts, and these in the order in which each was begun.
  const artifacts = new Map<string, string[]>();
  for (const { artifact, token } of task.executions.flatMap((each) => each.published)) {
    if (artifact === undefined) continue;
    artifacts.set(artifact, [...(artifacts.get(artifact) ?? []), token]);
  }
  const published = [...artifacts.values()].flat();
  const stored = tokensOfTask(task.task).filter((token) => parseToken(token) !== undefined);
  if (published.join(' ') !== stored.join(' ')) {
    add(
      'a task has other parts than were published',
      `${stored.join(' ')}; ${published.join(' ')}`,
    );
  }
  const last = task.executions.at(-1);
  const expected =
    last?.outcome === 'threw' ? TaskState.TASK_STATE_FAILED : last && lastStatusOf(last)?.state;
  if (expected !== undefined && expected !== task.state) {
    add(
      'a task has another state than was published',
      `${stateName(task.state)}, ${stateName(expected)}`,
    );
  }
  return findings;
});

/** Whether it is plain what must come of a task. */
function isPlain({ calls, executions }: TaskHistory, { scenario, history }: Outcome): boolean {
  // The SDK stores nothing of a task before its first event brings the task.
  const [first] = executions[0]?.published ?? [];
  if (scenario.faults.length > 0 || first?.kind !== 'task') return false;
  const isSequence = executions.every(({ startedAt }, index) => {
    const earlier = executions[index - 1];
    return earlier === undefined || startedAt > untilOf(earlier) + SETTLED_MS;
  });
  // The SDK stores nothing more once the last request that would is gone or has failed.
  const isStored = calls.every(
    ({ call, outcome }) => call.kind !== 'cancel' && (!('plan' in call) || outcome === 'ended'),
  );
  // A client that left may not have learnt the task's id.
  const isHeard = executions.every(({ call }) =>
    history.calls.some((each) => each.call.id === call && each.outcome === 'ended'),
  );
  // Who asks for authorisation goes on after it returned, beside whatever comes next.
  const goesOn = calls.some(
    ({ call }) => 'plan' in call && call.plan.steps.some((step) => step.do === 'authorise'),
  );
  return (
    isSequence &&
    isStored &&
    isHeard &&
    !goesOn &&
    executions.every(({ outcome }) => outcome !== 'running')
  );
}

/** How long the events of an execution may take to be stored, in milliseconds, before the next one begins. */
const SETTLED_MS = 3000;
