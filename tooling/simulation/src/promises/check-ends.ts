import type { Task } from '@a2a-js/sdk';

import { EPOCH } from '../kernel/simulation.ts';
import { type Fault, lastingMs } from '../scenario/scenario.ts';
import { type Execution, textOfError } from '../world/history.ts';
import {
  isInterruptedState,
  isTerminalState,
  stateName,
  stateOfResponse,
} from '../world/tokens.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import {
  checkTasks,
  endsToldTo,
  hasLostRunOf,
  lastStatusOf,
  type TaskHistory,
} from './task-histories.ts';

/** P6 and P11: every task comes to an end, which is the same for everybody, and every wait is over. */
export const checkEnds: PromiseCheck = (outcome) => [
  ...openCalls(outcome),
  ...checkEndsOfTasks(outcome),
];

const checkEndsOfTasks = checkTasks(
  stuckTask,
  differentEnds,
  needlessFailure,
  lateFailure,
  uselessExecution,
);

function openCalls({ history, tasks, lookedAt, disturbedUntil }: Outcome): readonly Finding[] {
  const states = new Map(tasks.map(({ taskId, task }) => [taskId, task?.status?.state]));
  const findings: Finding[] = [];
  for (const record of history.calls) {
    const { endedAt = Number.POSITIVE_INFINITY, call, replica, taskId = '', responses } = record;
    // What ended only because all replicas were closed had not ended.
    if (endedAt <= lookedAt) continue;
    // Of a task whose record was lost, nothing says that it waits no more.
    const state = states.get(taskId) ?? stateOfResponse(responses.at(-1)?.response ?? {});
    // Who listens to a task that waits for its user goes on to listen.
    const listens = call.kind === 'stream' || call.kind === 'resubscribe';
    if (listens && isInterruptedState(state)) continue;
    const waited = Math.round(lookedAt - disturbedUntil);
    const detail = `call ${call.id} on ${replica ?? '-'}, ${waited} ms after the last disturbance; the task is ${stateName(state)}`;
    findings.push({ promise: 'P6', kind: `a ${call.kind} never ends`, detail });
  }
  return findings;
}

function stuckTask(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, stored, task, state, executions } = history;
  if (stored.error !== undefined) {
    return [
      {
        promise: 'P8',
        kind: 'a task cannot be read',
        detail: `${taskId}: ${textOfError(stored.error)}`,
      },
    ];
  }
  if (task === undefined || isTerminalState(state) || isInterruptedState(state)) return [];
  if (isLeftOpen(executions)) return [];
  const suffix = hasLostRunOf(history, outcome) ? ' after a loss' : '';
  const last = executions.map((each) => `${each.id} on ${each.replica} ${each.outcome}`).join(', ');
  return [
    {
      promise: 'P11',
      kind: `a task stays open${suffix}`,
      detail: `${taskId} is ${stateName(state)}: ${last}`,
    },
  ];
}

/** An executor that returns without an end or a question leaves its task as it is, as the SDK has it. */
function isLeftOpen(executions: readonly Execution[]): boolean {
  const last = executions.at(-1);
  if (last === undefined) return true;
  const hasEnded = executions.some(({ published }) =>
    published.some(({ state }) => isTerminalState(state)),
  );
  const asks = isInterruptedState(lastStatusOf(last)?.state);
  return last.outcome === 'returned' && !hasEnded && !asks;
}

/** What anybody was told of the end. Where Redis lost an end, there may be another one after it. */
function differentEnds(history: TaskHistory, outcome: Outcome): readonly Finding[] {
  const { taskId, calls, webhooks, state, task } = history;
  if (hasLostRunOf(history, outcome)) return [];
  const told = new Map<string, string[]>();
  const add = (by: string, end: string): void => void told.set(end, [...(told.get(end) ?? []), by]);
  for (const call of calls) {
    for (const end of endsToldTo(call)) add(`call ${call.call.id}`, stateName(end));
  }
  for (const { response, replica } of webhooks) {
    const end = stateOfResponse(response);
    if (isTerminalState(end)) add(`a webhook by ${replica}`, stateName(end));
  }
  if (task !== undefined) {
    if (isTerminalState(state)) add('the store', stateName(state));
    else if (told.size > 0) add('the store', `still ${stateName(state)}`);
  }
  if (told.size <= 1) return [];
  const detail = [...told]
    .map(([end, who]) => `${end} by ${[...new Set(who)].join(', ')}`)
    .join('; ');
  return [{ promise: 'P11', kind: 'different ends are told', detail: `${taskId}: ${detail}` }];
}

/**
 * Of the failover time, for how long a replica may be silent and must still be taken to live: a lease
 * lasts for 0.91 of it, and the latest renewal may have been due, or have to wait until the client is connected again.
 */
const TOLERATED = 0.6;

/** A replica that was silent for a moment at most is not taken to be gone. */
function needlessFailure(
  { taskId, task, executions }: TaskHistory,
  { scenario: { faults, settings }, history }: Outcome,
): readonly Finding[] {
  if (!isFailedByOthers(task) || tellsOfRefusedEvents(task)) return [];
  const silentMs = faults.reduce((sum, fault) => sum + silenceOf(fault), 0);
  const isGone = faults.some(({ kind }) => kind === 'kill' || kind === 'close' || kind === 'drain');
  if (isGone || silentMs > settings.failoverMs * TOLERATED) return [];
  const isLost = history.losses.length > 0 ? ' after a loss' : '';
  const on = executions.map(({ replica }) => replica).join(', ');
  return [
    {
      promise: 'P6',
      kind: `a healthy replica is taken to be gone${isLost}`,
      detail: `${taskId} on ${on}`,
    },
  ];
}

/**
 * What a replica accepts after it is back is not failed because it was away. What it accepted before may be,
 * as long as no executor has begun.
 */
function lateFailure(
  { taskId, task, executions, calls }: TaskHistory,
  { scenario: { faults }, beganAt }: Outcome,
): readonly Finding[] {
  if (!isFailedByOthers(task) || faults.length === 0) return [];
  const backAt = Math.max(...faults.map((fault) => beganAt + fault.at + lastingMs(fault)));
  const mayBeGone = faults.some(({ kind }) => !AWAY.has(kind));
  // Others know of a run only once its replica has told them, which it cannot while it is away.
  const begun = executions.length > 0 ? executions : calls.filter(({ call }) => 'plan' in call);
  const isLate = begun.every(({ startedAt }) => startedAt > backAt);
  if (mayBeGone || !isLate) return [];
  const on = begun.map(({ replica, startedAt }) => `${replica ?? '-'} at ${Math.round(startedAt)}`);
  return [
    {
      promise: 'P6',
      kind: 'what a replica accepts after it is back is failed',
      detail: `${taskId} began on ${on.join(', ')}; all were back at ${Math.round(backAt)}`,
    },
  ];
}

/** An executor does not begin on a task that others have ended because its replica was away. */
function uselessExecution(
  { taskId, task, executions }: TaskHistory,
  { scenario: { faults }, history }: Outcome,
): readonly Finding[] {
  const endedAt = task?.status?.timestamp;
  const isClockWrong = faults.some(({ kind }) => kind.endsWith('clock'));
  if (!isFailedByOthers(task) || endedAt === undefined || isClockWrong) return [];
  const ended = Date.parse(endedAt) - EPOCH;
  const useless = executions.filter(({ startedAt }) => startedAt > ended + 5);
  if (useless.length === 0 || history.losses.length > 0) return [];
  const which = useless.map(({ id, replica }) => `${id} on ${replica}`).join(', ');
  return [
    {
      promise: 'P11',
      kind: 'an executor begins whose run was ended before',
      detail: `${taskId}: ${which}`,
    },
  ];
}

/** Whether another replica than its own has ended a task. */
function isFailedByOthers(task: Task | undefined): boolean {
  const id = task?.status?.message?.messageId ?? '';
  return id.endsWith('-end') && stateName(task?.status?.state) === 'FAILED';
}

/** Whether a task tells its user that Redis refused its events for too long: then its replica need not be gone. */
function tellsOfRefusedEvents(task: Task | undefined): boolean {
  const [part] = task?.status?.message?.parts ?? [];
  return part?.content?.$case === 'text' && part.content.value.includes('did not accept');
}

/** Faults that keep a replica away for a while, after which it goes on. */
const AWAY: ReadonlySet<Fault['kind']> = new Set(['cut-off', 'stall', 'pause']);
/** For how long a client waits at most before it connects once more, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;
/** How much that differs, and what connecting takes, in milliseconds. */
const CONNECTING_MS = 300;

/** For how long a fault keeps a replica from Redis, at most about, in milliseconds. */
function silenceOf(fault: Fault): number {
  const forMs = lastingMs(fault);
  if (!('noticedAfterMs' in fault)) return forMs;
  // The longer it was away, the longer a client waits before it tries again.
  return forMs + Math.min(forMs, LONGEST_PAUSE_MS) + CONNECTING_MS;
}
