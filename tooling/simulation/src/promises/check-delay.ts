import type { StreamResponse } from '@a2a-js/sdk';

import type { Settings } from '../scenario/scenario.ts';
import { REFUSAL } from '../world/agent.ts';
import { type Execution, textOfError } from '../world/history.ts';
import type { Outcome } from '../world/world.ts';
import { isTerminalState, tokensOfResponse, tokensOfTask } from '../world/tokens.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { acceptedEnd, checkTasks, type TaskHistory } from './task-histories.ts';

/**
 * Within which time an event reaches who listens, in milliseconds: some messages one after the other. With
 * Pub/Sub, a subscriber waits until its snapshot holds what was published before it, which takes as long
 * as the saves before that do.
 */
const SOON_MS: Readonly<
  Record<Settings['manager'], Readonly<Record<Settings['network'], number>>>
> = {
  streams: { quick: 150, uneven: 500, slow: 2500 },
  pubsub: { quick: 150, uneven: 4000, slow: 30_000 },
};

/**
 * Within which time a cancel is answered that its executor obeys or refuses, in milliseconds: the request gets
 * there as a message, and its answer back.
 */
const CANCELED_MS: Readonly<Record<Settings['network'], number>> = {
  quick: 1000,
  uneven: 2000,
  slow: 6000,
};

/**
 * How long it may take to store one event where requests store what they hear, one after the other: whether
 * there is an end that a cancel comes too late for is known once they have stored what came before it.
 */
const STORED_MS: Readonly<Record<Settings['network'], number>> = {
  quick: 20,
  uneven: 150,
  slow: 400,
};

/** P5 and P6: where nothing fails, whoever listens is told of an event soon, and who cancels is answered. */
export const checkDelay: PromiseCheck = checkTasks(
  late,
  lateCancels,
  unheardRefusals,
  repeatedCancels,
);

function lateCancels(
  { calls, executions }: TaskHistory,
  { scenario, lookedAt }: Outcome,
): readonly Finding[] {
  if (scenario.faults.length > 0) return [];
  const isIgnored = calls.some(({ call }) => 'plan' in call && call.plan.onCancel === 'ignore');
  if (isIgnored) return [];
  const { layout, network } = scenario.settings;
  const events = executions.reduce((sum, { published }) => sum + published.length, 0);
  const mostMs = CANCELED_MS[network] + (layout === 'apart' ? events * STORED_MS[network] : 0);
  return calls.flatMap(({ call, startedAt, endedAt = lookedAt }) => {
    const ms = endedAt - startedAt;
    if (call.kind !== 'cancel' || ms <= mostMs) return [];
    const detail = `call ${call.id} after ${Math.round(ms)} ms`;
    return [{ promise: 'P6', kind: 'a cancel is answered late', detail }];
  });
}

/** Who cancels a task whose executor refuses to is told so, wherever that runs. */
function unheardRefusals(
  { taskId, calls, executions }: TaskHistory,
  { scenario, history, lookedAt }: Outcome,
): readonly Finding[] {
  const asked = history.cancels.filter((cancel) => cancel.taskId === taskId);
  const cancels = calls.filter(
    ({ call, outcome }) => call.kind === 'cancel' && outcome !== 'skipped',
  );
  const [cancel, ...others] = cancels;
  // With several callers, or executions, one may be told what another one's executor said. That a task is canceled
  // which waits for its user, its executor need not agree to.
  if (scenario.faults.length > 0 || cancel === undefined || others.length > 0) return [];
  if (executions.every(({ endedAt = Infinity }) => endedAt < cancel.startedAt)) return [];
  if (asked.length !== 1 || asked[0]?.reaction !== 'refuse') return [];
  if (cancel.outcome === 'failed' && textOfError(cancel.error).includes(REFUSAL)) return [];
  // It came to its own end ahead of the answer.
  const { endedAt = lookedAt } = cancel;
  if (cancel.outcome === 'failed' && executions.some((each) => hasEndedBy(endedAt, each)))
    return [];
  const detail = `call ${cancel.call.id} ${cancel.outcome}`;
  return [{ promise: 'P6', kind: 'who cancels does not hear that the executor refused', detail }];
}

function hasEndedBy(at: number, { published }: Execution): boolean {
  return published.some((event) => event.at <= at && isTerminalState(event.state));
}

/** An executor is asked to cancel once for each who does. */
function repeatedCancels(
  { taskId, calls, executions }: TaskHistory,
  { scenario, history }: Outcome,
): readonly Finding[] {
  if (scenario.faults.length > 0) return [];
  const callers = calls.filter(({ call }) => call.kind === 'cancel').length;
  // What still executes a task that has its end is told so in the same way.
  const end = acceptedEnd(taskId, history);
  const endedAt = end?.at ?? Number.POSITIVE_INFINITY;
  return executions.flatMap(({ id }) => {
    const asked = history.cancels.filter((each) => {
      return each.taskId === taskId && each.execution === id && each.at < endedAt;
    });
    if (asked.length <= callers) return [];
    const detail = `${id} ${asked.length} times, by ${callers} callers`;
    return [{ promise: 'P4', kind: 'an executor is asked to cancel repeatedly', detail }];
  });
}

/** What a response brings: by events, or by a task in their place. */
function tokensToldBy(response: StreamResponse): readonly string[] {
  const { payload } = response;
  return payload?.$case === 'task' ? tokensOfTask(payload.value) : tokensOfResponse(response);
}

function late({ calls, executions }: TaskHistory, { scenario }: Outcome): readonly Finding[] {
  if (scenario.faults.length > 0) return [];
  const { manager, network } = scenario.settings;
  const soonMs = SOON_MS[manager][network];
  const publishedAt = new Map(
    executions.flatMap(({ published }) => published.map(({ token, at }) => [token, at] as const)),
  );
  return calls.flatMap(({ call, responses }) => {
    const [first, ...rest] = responses;
    if (call.kind !== 'resubscribe' || first === undefined) return [];
    const told = new Set(tokensToldBy(first.response));
    const delays = rest.flatMap(({ at, response }) => {
      const news = tokensToldBy(response).filter((token) => !told.has(token));
      for (const token of news) told.add(token);
      return news.map((token) => ({
        token,
        ms: at - Math.max(first.at, publishedAt.get(token) ?? at),
      }));
    });
    const longest = delays.toSorted((one, other) => other.ms - one.ms)[0];
    if (longest === undefined || longest.ms <= soonMs) return [];
    const { token, ms } = longest;
    const detail = `call ${call.id} is told ${token} after ${Math.round(ms)} ms`;
    return [{ promise: 'P5', kind: 'an event arrives late', detail }];
  });
}
