import { stateName } from '../world/tokens.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { hasLostData } from './task-histories.ts';

/** P2, and what lists say: a user sees the tasks that are its own, all of them, and as they are stored. */
export const checkIsolation: PromiseCheck = (outcome) => {
  const findings: Finding[] = [];
  const isLossy = hasLostData(outcome);
  for (const [user, listed] of outcome.lists) {
    if (listed === undefined) {
      findings.push({ promise: 'P8', kind: 'tasks cannot be listed', detail: user });
      continue;
    }
    const own = outcome.tasks.filter((each) => each.user === user);
    const foreign = outcome.tasks.filter((each) => each.user !== user);
    for (const { id } of listed) {
      if (foreign.some(({ taskId }) => taskId === id))
        findings.push({
          promise: 'P2',
          kind: 'a foreign task is listed',
          detail: `${id} to ${user}`,
        });
    }
    for (const { taskId, task } of own) {
      const found = listed.find(({ id }) => id === taskId);
      const isRight = found?.status?.state === task?.status?.state;
      if (isRight || isLossy) continue;
      const detail = `${taskId} is ${stateName(task?.status?.state)}, and listed as ${stateName(found?.status?.state)}`;
      findings.push({ promise: 'P1', kind: 'a list differs from the tasks', detail });
    }
  }
  return findings;
};
