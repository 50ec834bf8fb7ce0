import type { Task, TaskState } from '@a2a-js/sdk';

import type {
  AcceptedEvent,
  CallRecord,
  Execution,
  History,
  Published,
  WebhookRecord,
} from '../world/history.ts';
import { QUEUES_PREFIX } from '../world/replica.ts';
import { isTerminalState, stateOfResponse } from '../world/tokens.ts';
import type { Outcome, StoredTask } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';

/** The keys of leases, and of what replicas execute. */
const REPLICAS = new RegExp(`^${QUEUES_PREFIX}\\{(?:replicas|run:)`);

/** All that happened to one task. */
export interface TaskHistory {
  readonly taskId: string;
  readonly stored: StoredTask;
  readonly task: Task | undefined;
  readonly state: TaskState | undefined;
  readonly executions: readonly Execution[];
  readonly calls: readonly CallRecord[];
  readonly webhooks: readonly WebhookRecord[];
}

/** What happened, task by task. */
export function taskHistories({ history, tasks }: Outcome): readonly TaskHistory[] {
  return tasks.map((stored) => ({
    taskId: stored.taskId,
    stored,
    task: stored.task,
    state: stored.task?.status?.state,
    executions: history.executions.filter(({ taskId }) => taskId === stored.taskId),
    calls: history.calls.filter(({ taskId }) => taskId === stored.taskId),
    webhooks: history.webhooks.filter(({ taskId }) => taskId === stored.taskId),
  }));
}

/** Looks for what breaks a promise in what happened to one task. */
export type TaskCheck = (task: TaskHistory, outcome: Outcome) => readonly Finding[];

/** A check of every task. */
export function checkTasks(...checks: readonly TaskCheck[]): PromiseCheck {
  return (outcome) =>
    taskHistories(outcome).flatMap((task) => {
      const findings = checks.flatMap((check) => check(task, outcome));
      return findings.map(withKind(specialCaseOf(task)));
    });
}

/** In which special case a task is, as it ends the kind of a finding; empty for none. */
export function specialCaseOf(task: TaskHistory): string {
  // Who calls for a task is answered with what its executor published under another id.
  const hasOwnId = task.calls.some(({ call }) => 'plan' in call && call.plan.hasOwnId);
  if (hasOwnId || task.taskId.startsWith('own-')) return ', under an id of its own';
  return executesAtOnce(task) ? ', of several executions at once' : '';
}

/** Whether several executions of a task were under way at the same time, as the SDK lets them. */
function executesAtOnce({ executions }: TaskHistory): boolean {
  return executions.some((one) =>
    executions.some(
      (other) =>
        one !== other && one.startedAt <= other.startedAt && other.startedAt < untilOf(one),
    ),
  );
}

/** When an execution is over: one that asked for authorisation publishes on after it returned. */
export function untilOf({ endedAt = Number.POSITIVE_INFINITY, published }: Execution): number {
  return Math.max(endedAt, published.at(-1)?.at ?? 0);
}

/** What goes wrong only in a special case is a kind of its own. */
function withKind(what: string): (finding: Finding) => Finding {
  return ({ promise, kind, detail }) => ({ promise, kind: `${kind}${what}`, detail });
}

/** Whether Redis lost anything. */
export function hasLostData({ history }: Outcome): boolean {
  return history.losses.length > 0;
}

/** Whether Redis lost something of a task, so that not all of it can be made up for. */
export function hasLostOf({ taskId }: TaskHistory, { history }: Outcome): boolean {
  return history.losses.some(({ keys }) => [...keys].some((key) => key.includes(taskId)));
}

/** Whether Redis lost something of a task, or of what replicas know of each other. */
export function hasLostRunOf(task: TaskHistory, outcome: Outcome): boolean {
  const { losses } = outcome.history;
  const isOfReplicas = losses.some(({ keys }) => [...keys].some((key) => REPLICAS.test(key)));
  return isOfReplicas || hasLostOf(task, outcome);
}

/** Whether the server refused writes for a while. */
export function hasRefusedWrites({ scenario }: Outcome): boolean {
  return scenario.faults.some(({ kind }) => kind === 'out-of-memory');
}

/** The execution and the number of an event: `e2.3`. */
export function parseToken(token: string): { execution: string; index: number } | undefined {
  const match = /^(e\d+)\.(\d+)$/.exec(token);
  if (match === null) return undefined;
  return { execution: match[1] ?? '', index: Number(match[2]) };
}

/** The first event that ended a task, as its server accepted it; `undefined` where none did. */
export function acceptedEnd(taskId: string, { accepted }: History): AcceptedEvent | undefined {
  return accepted.find(({ place, isEnd }) => isEnd && place.includes(taskId));
}

/** The last status that an execution published, if it published one. */
export function lastStatusOf({ published }: Execution): Published | undefined {
  return published.findLast(({ state }) => state !== undefined);
}

/** The terminal states that a call was told, in their order. */
export function endsToldTo({ responses, answer, call }: CallRecord): readonly TaskState[] {
  const states = responses.map(({ response }) => stateOfResponse(response));
  if (answer !== undefined && call.kind !== 'list' && 'status' in answer) {
    states.push(answer.status?.state);
  }
  return states.filter((state) => state !== undefined).filter(isTerminalState);
}
