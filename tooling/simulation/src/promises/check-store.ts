import { isTerminalState, tokensOfArtifact, tokensOfTask } from '../world/tokens.ts';
import type { CallRecord } from '../world/history.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import {
  checkTasks,
  hasLostData,
  hasLostOf,
  hasRefusedWrites,
  parseToken,
  type TaskHistory,
} from './task-histories.ts';

/** P3, P4 and P12: the stored task has each event once and in order, each message, and what anybody was told. */
export const checkStore: PromiseCheck = checkTasks(
  missing,
  storedOnce,
  messages,
  toldButNotStored,
  acceptedButNotStored,
  indexedOnce,
);

function missing(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, task, executions, calls } = history;
  if (task !== undefined || hasLostOf(history, outcome)) return [];
  const wasTold = calls.some(({ responses, answer }) => {
    const isTask = answer !== undefined && !Array.isArray(answer) && 'status' in answer;
    return isTask || responses.some(({ response }) => response.payload?.$case === 'task');
  });
  return wasTold
    ? [
        {
          promise: 'P12',
          kind: 'a task that was told is not stored',
          detail: `${taskId} (${executions.length} executions)`,
        },
      ]
    : [];
}

function storedOnce(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, task } = history;
  if (task === undefined) return [];
  // What was applied is known by the record, which may be what was lost.
  const suffix = hasLostOf(history, outcome) ? ' after a loss' : '';
  const findings: Finding[] = [];
  const tokens = tokensOfTask(task).filter((token) => parseToken(token) !== undefined);
  if (new Set(tokens).size < tokens.length) {
    findings.push({
      promise: 'P4',
      kind: `stored twice${suffix}`,
      detail: `${taskId}: ${tokens.join(' ')}`,
    });
  }
  const ids = task.history.map(({ messageId }) => messageId);
  if (new Set(ids).size < ids.length) {
    findings.push({
      promise: 'P4',
      kind: `a message stored twice${suffix}`,
      detail: `${taskId}: ${ids.join(' ')}`,
    });
  }
  for (const artifact of task.artifacts) {
    const indexes = tokensOfArtifact(artifact).flatMap((token) => parseToken(token)?.index ?? []);
    if (indexes.some((index, place) => index < (indexes[place - 1] ?? 0))) {
      findings.push({
        promise: 'P4',
        kind: `stored out of order${suffix}`,
        detail: `${taskId}: ${tokensOfArtifact(artifact).join(' ')}`,
      });
    }
  }
  return findings;
}

/** Whether the server lost some of it, or refused to a store of another client what it had announced. */
function mayLack(history: TaskHistory, outcome: Outcome): boolean {
  const isApart = outcome.scenario.settings.layout === 'apart';
  return hasLostOf(history, outcome) || (isApart && hasRefusedWrites(outcome));
}

/** A follow-up's message is stored before it is executed. */
function messages(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, task, executions, calls } = history;
  if (task === undefined || mayLack(history, outcome)) return [];
  const known = new Set(task.history.map(({ messageId }) => messageId));
  const lost = executions.filter(({ call }) => {
    const record = calls.find((each) => each.call.id === call);
    const isFollowUp =
      record !== undefined && 'task' in record.call && record.call.task !== undefined;
    return isFollowUp && !known.has(`m${call}`);
  });
  return lost.map(({ call }) => ({
    promise: 'P3',
    kind: 'a message is lost',
    detail: `${taskId}: m${call} is not among ${[...known].join(' ')}`,
  }));
}

function toldButNotStored(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, task, calls } = history;
  if (task === undefined || mayLack(history, outcome)) return [];
  const stored = new Set(tokensOfTask(task));
  const told = new Set(calls.flatMap(partsToldTo));
  const lost = [...told].filter((token) => !stored.has(token) && parseToken(token) !== undefined);
  return lost.length === 0
    ? []
    : [
        {
          promise: 'P12',
          kind: `a part that was told is not stored`,
          detail: `${taskId} (${isTerminalState(task.status?.state) ? 'ended' : 'open'}) lacks ${lost.join(' ')}`,
        },
      ];
}

/** What the server accepted to announce, up to the end of the task. */
function acceptedButNotStored(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, task } = history;
  if (task === undefined || mayLack(history, outcome)) return [];
  const accepted = outcome.history.accepted.filter(({ place }) => place.includes(taskId));
  // The SDK stores nothing of a task before its first event brings the task.
  const begin = accepted.findIndex(({ isTask }) => isTask);
  const end = accepted.findIndex(({ isEnd }) => isEnd);
  const before = begin === -1 ? [] : accepted.slice(begin, end === -1 ? undefined : end);
  const stored = new Set(tokensOfTask(task));
  const lost = before.flatMap(({ tokens }) => tokens).filter((token) => !stored.has(token));
  if (lost.length === 0) return [];
  const detail = `${taskId} lacks ${lost.join(' ')}`;
  return [{ promise: 'P12', kind: 'a part that was accepted is not stored', detail }];
}

/** A task is in one state. */
function indexedOnce({ taskId }: TaskHistory, outcome: Outcome): readonly Finding[] {
  if (hasLostData(outcome)) return [];
  const entries = outcome.indexed.filter((entry) => entry.endsWith(taskId));
  if (entries.length <= 1) return [];
  const detail = entries.join(', ');
  return [{ promise: 'P1', kind: 'the index shows a task in several states', detail }];
}

function partsToldTo({ responses }: CallRecord): readonly string[] {
  return responses.flatMap(({ response: { payload } }) => {
    if (payload?.$case === 'task') return tokensOfTask(payload.value);
    if (payload?.$case !== 'artifactUpdate' || payload.value.artifact === undefined) return [];
    return tokensOfArtifact(payload.value.artifact);
  });
}
