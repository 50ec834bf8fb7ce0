import { EPOCH } from '../kernel/simulation.ts';
import { lastingMs } from '../scenario/scenario.ts';
import type { Outcome } from '../world/world.ts';
import { stateName } from '../world/tokens.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { acceptedEnd, checkTasks, endsToldTo, type TaskHistory } from './task-histories.ts';

/** What the network may add to a failover: the look, the write, and the message about it, in milliseconds. */
const UNDER_WAY_MS: Readonly<Record<Outcome['scenario']['settings']['network'], number>> = {
  quick: 100,
  uneven: 500,
  slow: 3000,
};

/**
 * P6: where nothing but replicas fails, the tasks of one that is killed are failed within the failover time,
 * and all who wait are told by then; but for those that are executed elsewhere, too.
 */
export const checkFailover: PromiseCheck = checkTasks((task, outcome) => {
  const boundAt = boundOf(outcome);
  const { status } = task.task ?? {};
  const isFailed = status?.message?.messageId.endsWith('-end') === true;
  if (boundAt === undefined || !isFailed || stateName(status.state) !== 'FAILED') return [];
  const endedAt = Date.parse(status.timestamp ?? '') - EPOCH;
  return [
    ...late('a task is failed late', task.taskId, endedAt, boundAt),
    ...lateCallers(task, boundAt),
    ...livingExecutions(task, outcome),
  ];
});

/** When all must be over: of those that were killed last, and once some replica was there to see to it. */
function boundOf({ scenario, beganAt, alive }: Outcome): number | undefined {
  const { faults, settings } = scenario;
  if (faults.length === 0 || alive.length === 0) return undefined;
  if (faults.some(({ kind }) => kind !== 'kill')) return undefined;
  const killedAt = Math.max(...faults.map((fault) => fault.at + lastingMs(fault)));
  return beganAt + killedAt + settings.failoverMs + UNDER_WAY_MS[settings.network];
}

/** Who waited for a task, and is told of its end. */
function lateCallers(task: TaskHistory, boundAt: number): readonly Finding[] {
  return task.calls.flatMap((record) => {
    const { call, startedAt, endedAt } = record;
    if (endedAt === undefined || startedAt > boundAt || endsToldTo(record).length === 0) return [];
    return late('who waits for a killed replica is told late', `call ${call.id}`, endedAt, boundAt);
  });
}

/** Executions, under way as their task was failed, on replicas that live still. */
function livingExecutions(
  { taskId, executions }: TaskHistory,
  { history, alive }: Outcome,
): readonly Finding[] {
  const failedAt = acceptedEnd(taskId, history)?.at ?? 0;
  return executions
    .filter(({ replica }) => alive.some(({ name }) => name === replica))
    .filter(({ startedAt, endedAt = failedAt }) => startedAt < failedAt && failedAt <= endedAt)
    .map(({ id, replica }) => ({
      promise: 'P6',
      kind: 'a task is failed that a living replica executes',
      detail: `${taskId}, which ${id} executes on ${replica}`,
    }));
}

function late(kind: string, what: string, at: number, boundAt: number): readonly Finding[] {
  if (at <= boundAt) return [];
  return [{ promise: 'P6', kind, detail: `${what}, by ${Math.round(at - boundAt)} ms` }];
}
