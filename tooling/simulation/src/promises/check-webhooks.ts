import type { WebhookRecord } from '../world/history.ts';
import { isTerminalState, stateName, stateOfResponse, tokensOfArtifact } from '../world/tokens.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import {
  acceptedEnd,
  checkTasks,
  hasLostRunOf,
  parseToken,
  type TaskHistory,
} from './task-histories.ts';

/** For how long after a process was killed what it sent may still be on its way, in milliseconds. */
const UNDER_WAY_MS = 1000;

/** Webhooks get each event once and in order, and one end, which is the last. */
export const checkWebhooks: PromiseCheck = checkTasks(told, untold);

function told({ taskId, webhooks }: TaskHistory): readonly Finding[] {
  const configs = new Set(webhooks.map(({ configId }) => configId));
  return [...configs].flatMap((id) =>
    check(
      taskId,
      id,
      webhooks.filter(({ configId }) => configId === id),
    ),
  );
}

function check(
  taskId: string,
  configId: string,
  records: readonly WebhookRecord[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (kind: string): void => {
    const detail = `${taskId} ${configId}: ${records.map(describe).join(', ')}`;
    findings.push({ promise: 'webhooks', kind, detail });
  };
  const tokens = records.flatMap(({ response }) => tokenOf(response) ?? []);
  if (new Set(tokens).size < tokens.length) add('an event is told twice');
  const last = new Map<string, number>();
  const isDisordered = tokens.some((token) => {
    const { execution, index } = parseToken(token) ?? { execution: '', index: 0 };
    const isLate = index < (last.get(execution) ?? 0);
    last.set(execution, index);
    return isLate;
  });
  if (isDisordered) add('events are told out of order');
  const end = records.findIndex(({ response }) => isTerminalState(stateOfResponse(response)));
  const ends = new Set(records.flatMap(({ response }) => endOf(response) ?? []));
  if (ends.size > 1) add('several ends are told');
  const after = end === -1 ? [] : records.slice(end + 1);
  if (after.some(({ response }) => endOf(response) === undefined))
    add('events are told after the end');
  return findings;
}

/** Where nothing kept it from being told, an end is told: also one that was given to the task of a killed replica. */
function untold(task: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, state, calls, webhooks } = task;
  if (hasLostRunOf(task, outcome) || mayBeUntold(task, outcome)) return [];
  const hasConfig = calls.some(
    ({ call, responses, outcome: how }) =>
      'plan' in call &&
      call.withWebhook &&
      call.task === undefined &&
      (how === 'ended' || responses.length > 0),
  );
  const isTold = webhooks.some(({ response }) => isTerminalState(stateOfResponse(response)));
  return hasConfig && isTerminalState(state) && !isTold
    ? [
        {
          promise: 'webhooks',
          kind: 'an end is not told',
          detail: `${taskId}: ${stateName(state)}`,
        },
      ]
    : [];
}

/** Whether a process that was to tell an end may be gone by then, or may not have read its configs. */
function mayBeUntold({ taskId }: TaskHistory, { scenario, history, beganAt }: Outcome): boolean {
  const faults = scenario.faults.filter(({ kind }) => kind !== 'forget-scripts');
  if (faults.length === 0) return false;
  const end = acceptedEnd(taskId, history);
  return (
    end === undefined ||
    faults.some(({ kind, at }) => kind !== 'kill' || end.at - (beganAt + at) < UNDER_WAY_MS)
  );
}

function tokenOf({ payload }: WebhookRecord['response']): string | undefined {
  if (payload?.$case === 'statusUpdate') return payload.value.status?.message?.messageId;
  if (payload?.$case === 'artifactUpdate' && payload.value.artifact !== undefined) {
    return tokensOfArtifact(payload.value.artifact)[0];
  }
  return undefined;
}

function describe({ response, replica }: WebhookRecord): string {
  const state = stateOfResponse(response);
  return `${tokenOf(response) ?? response.payload?.$case ?? ''}${state === undefined ? '' : ` ${stateName(state)}`} by ${replica}`;
}

/** Which end a response tells. The SDK tells the failure of an executor as a task and as a status. */
function endOf({ payload }: WebhookRecord['response']): string | undefined {
  const isStatus = payload?.$case === 'task' || payload?.$case === 'statusUpdate';
  if (!isStatus || !isTerminalState(payload.value.status?.state)) return undefined;
  return payload.value.status?.message?.messageId ?? stateName(payload.value.status?.state);
}
