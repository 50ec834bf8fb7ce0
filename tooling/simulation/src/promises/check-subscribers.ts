import { EPOCH } from '../kernel/simulation.ts';
import type { CallRecord } from '../world/history.ts';
import {
  isInterruptedState,
  isTerminalState,
  stateName,
  tokensOfResponse,
  tokensOfTask,
} from '../world/tokens.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import {
  acceptedEnd,
  checkTasks,
  hasLostOf,
  lastStatusOf,
  parseToken,
  type TaskHistory,
  untilOf,
} from './task-histories.ts';

/**
 * P4 and P5: whoever listens gets each event once, in its publisher's order and without a gap; and
 * whoever comes later, its snapshot and then exactly what that does not hold.
 */
export const checkSubscribers: PromiseCheck = checkTasks((task, outcome) => {
  const isLossy = hasLostOf(task, outcome);
  const findings: Finding[] = [];
  for (const call of task.calls) {
    if (call.call.kind !== 'stream' && call.call.kind !== 'resubscribe') continue;
    const seen = seenBy(call);
    findings.push(
      ...repetitions(call, seen, isLossy),
      ...disorder(call, seen),
      ...gaps(call, seen, task, outcome),
    );
    if (!isLossy) {
      findings.push(
        ...missedEnds(call, seen, task, outcome),
        ...sentAway(call, seen, task, outcome),
      );
    }
  }
  return findings;
});

/** For so long before an end, what others publish may come after it, in milliseconds. */
const LATE_MS = 1000;

interface Seen {
  /** Tokens of events, in their order. */
  readonly events: readonly string[];
  /** Those of them that it had already, as events or in a snapshot. */
  readonly repeated: readonly string[];
  /** Tokens in the snapshots, of parts and of the status. */
  readonly snapshot: ReadonlySet<string>;
  readonly lastState: string;
  readonly knowsEnd: boolean;
}

function seenBy({ call, responses }: CallRecord): Seen {
  const events: string[] = [];
  const repeated: string[] = [];
  const snapshot = new Set<string>();
  const known = new Set<string>();
  let lastState = 'none';
  let knowsEnd = false;
  for (const [index, { response }] of responses.entries()) {
    const { payload } = response;
    if (payload?.$case === 'task' || payload?.$case === 'statusUpdate') {
      lastState = stateName(payload.value.status?.state);
      knowsEnd ||= isTerminalState(payload.value.status?.state);
    }
    if (payload?.$case === 'task' && (index === 0 || call.kind === 'resubscribe')) {
      const status = payload.value.status?.message?.messageId;
      if (status !== undefined) snapshot.add(status);
      // What a stream tells of a task event is the whole stored task; the events in it come all the same.
      if (call.kind === 'stream') continue;
      for (const token of tokensOfTask(payload.value)) snapshot.add(token);
      for (const token of snapshot) known.add(token);
      continue;
    }
    for (const token of tokensOfResponse(response)) {
      if (known.has(token) && parseToken(token) !== undefined) repeated.push(token);
      known.add(token);
      events.push(token);
    }
  }
  return { events, repeated, snapshot, lastState, knowsEnd };
}

function repetitions(record: CallRecord, { repeated }: Seen, isLossy: boolean): readonly Finding[] {
  if (repeated.length === 0) return [];
  // What a snapshot holds is known by the record, which may be what was lost.
  const suffix = isLossy ? ' after a loss' : '';
  const detail = `${name(record)}: ${repeated.join(' ')}`;
  return [{ promise: 'P4', kind: `repeated to a subscriber${suffix}`, detail }];
}

function disorder(record: CallRecord, { events }: Seen): readonly Finding[] {
  const last = new Map<string, number>();
  for (const token of events) {
    const parsed = parseToken(token);
    if (parsed === undefined) continue;
    if (parsed.index < (last.get(parsed.execution) ?? 0)) {
      return [
        {
          promise: 'P4',
          kind: 'out of order to a subscriber',
          detail: `${name(record)}: ${events.join(' ')}`,
        },
      ];
    }
    last.set(parsed.execution, parsed.index);
  }
  return [];
}

function gaps(
  record: CallRecord,
  { events, snapshot }: Seen,
  { executions, task }: TaskHistory,
  { history }: Outcome,
): readonly Finding[] {
  const seen = new Set(events);
  const stored = new Set(task === undefined ? [] : tokensOfTask(task));
  // What is nowhere any more cannot be told to who comes after it was lost, or gets a fresh task then.
  const toldTaskAt = record.responses.findLast(({ response: { payload } }) => {
    return record.call.kind === 'resubscribe' && payload?.$case === 'task';
  })?.at;
  const joinedAt = toldTaskAt ?? record.responses[0]?.at ?? record.startedAt;
  const lostUntil = Math.max(
    ...history.losses.map(({ at }) => (at < joinedAt ? at : Number.NEGATIVE_INFINITY)),
  );
  const missing: string[] = [];
  // What a stream tells of a task event is the task as it is by then, and the events in it come after that:
  // where the stream fails before, it was told of its failure, and has what came so far.
  const isCut = record.call.kind === 'stream' && record.outcome === 'failed';
  for (const { call, published } of executions) {
    const isKnown = (token: string): boolean => seen.has(token) || snapshot.has(token);
    const lastSeen = published.findLastIndex(({ token }) =>
      isCut ? seen.has(token) : isKnown(token),
    );
    const live = published.findIndex(({ token }) => seen.has(token));
    const firstLive = live === -1 ? published.length : live;
    const inSnapshots = published.findLastIndex(({ token }) => snapshot.has(token));
    // Who streams its own message gets all of it; another execution may have begun before.
    const isOwn = record.call.kind === 'stream' && record.call.id === call;
    for (const [index, { at, token, kind }] of published.entries()) {
      if (index > lastSeen || isKnown(token) || kind === 'message') continue;
      // A snapshot has the last status only, also one that comes later, in place of what was lost.
      if (kind !== 'artifact' && index < Math.max(firstLive, inSnapshots)) continue;
      if (record.call.kind === 'stream' && !isOwn && index < firstLive) continue;
      if (at <= lostUntil && !stored.has(token)) continue;
      missing.push(token);
    }
  }
  return missing.length === 0
    ? []
    : [
        {
          promise: 'P5',
          kind: `gap to a ${record.call.kind === 'stream' ? 'listener' : 'subscriber'}`,
          detail: `${name(record)} lacks ${missing.join(' ')} and has ${events.join(' ')}`,
        },
      ];
}

/** Who was ended in good order knows how the task ended, and all that belongs to it. */
function missedEnds(
  record: CallRecord,
  { events, snapshot, lastState, knowsEnd }: Seen,
  history: TaskHistory,
  outcome: Outcome,
): readonly Finding[] {
  const { executions, state, task } = history;
  const { endedAt, outcome: how, call } = record;
  if (how !== 'ended' || endedAt === undefined || task === undefined) return [];
  // The SDK ends what is streamed where the task asks its user, but not at a snapshot that does.
  const last = record.responses.at(-1)?.response.payload?.$case;
  const isAsked = lastState === 'INPUT_REQUIRED' && (call.kind === 'stream' || last !== 'task');
  if (isAsked || !isTerminalState(state)) return [];
  // Who streams is ended with the execution, which need not end its task: another one may do that.
  const own = executions.find((each) => call.kind === 'stream' && each.call === call.id);
  if (own?.outcome === 'returned' && !isTerminalState(lastStatusOf(own)?.state)) return [];
  const wasExecuting = executions.some((each) => {
    const { startedAt, endedAt: over = Number.POSITIVE_INFINITY } = each;
    return startedAt < record.startedAt && over > endedAt;
  });
  const published = executions.some((each) =>
    each.published.some((event) => isTerminalState(event.state) && event.at <= endedAt),
  );
  // Where an executor has left the task as it was, nobody need wait for what may still become of it.
  const isLeft = isLeftBy(record.startedAt, history) || isLeftBy(endedAt, history);
  const until = isLeft ? endedAt - LATE_MS : endedAt;
  if (!knowsEnd && (wasExecuting || published || hasEndedBy(until, history, outcome))) {
    return [
      {
        promise: 'P6',
        kind: `a ${call.kind === 'stream' ? 'listener' : 'subscriber'} ends without the end`,
        detail: `${name(record)} ended at ${lastState}, the task at ${stateName(state)}`,
      },
    ];
  }
  if (!knowsEnd) return [];
  const known = new Set([...events, ...snapshot]);
  // What others published about as late as the end may have come after it.
  const toldAt = record.responses.at(-1)?.at ?? 0;
  const early = new Set(
    executions.flatMap((each) =>
      each.published.flatMap(({ at, token }) => (at < toldAt - LATE_MS ? token : [])),
    ),
  );
  const missing = tokensOfTask(task).filter((token) => early.has(token) && !known.has(token));
  if (missing.length === 0 || call.kind === 'stream') return [];
  return [
    {
      promise: 'P5',
      kind: 'a subscriber ends without all parts',
      detail: `${name(record)} lacks ${missing.join(' ')}`,
    },
  ];
}

/** Who subscribes to a task that waits for its user is told how it goes on. */
function sentAway(
  record: CallRecord,
  { lastState, events }: Seen,
  { executions, calls }: TaskHistory,
  { scenario }: Outcome,
): readonly Finding[] {
  const { call, endedAt, outcome: how } = record;
  if (call.kind !== 'resubscribe' || how !== 'ended' || endedAt === undefined) return [];
  if (calls.some(sendsAway)) return [];
  if (scenario.faults.length > 0 || lastState !== 'INPUT_REQUIRED' || events.length > 0) return [];
  const goesOn = executions.find(({ startedAt }) => startedAt > endedAt);
  if (goesOn === undefined) return [];
  const detail = `${name(record)} ended at ${Math.round(endedAt)}, before ${goesOn.id}`;
  return [{ promise: 'P5', kind: 'a subscriber is sent away while the task waits', detail }];
}

/** Whether an executor that goes on after it returned asks its user, and says that nothing more comes. */
function sendsAway({ call }: CallRecord): boolean {
  if (!('plan' in call)) return false;
  const { steps } = call.plan;
  const returnsAt = steps.findIndex((step) => step.do === 'authorise');
  return returnsAt >= 0 && steps.slice(returnsAt).some((step) => step.do === 'ask');
}

/** Whether a task had its end by then: for certain, as its server accepted it, or as its record says to the millisecond. */
function hasEndedBy(
  at: number,
  { taskId, task }: TaskHistory,
  { scenario: { faults }, history }: Outcome,
): boolean {
  const end = acceptedEnd(taskId, history);
  if (end !== undefined) return end.at <= at;
  const isClockWrong = faults.some(({ kind }) => kind.endsWith('clock'));
  return !isClockWrong && Date.parse(task?.status?.timestamp ?? '') - EPOCH + 1 <= at;
}

/** Whether the last executor that had begun by then has returned without an end or a question. */
function isLeftBy(at: number, { executions }: TaskHistory): boolean {
  const last = executions.findLast(({ startedAt }) => startedAt < at);
  if (last?.outcome !== 'returned' || untilOf(last) > at) return false;
  const state = lastStatusOf(last)?.state;
  return !isTerminalState(state) && !isInterruptedState(state);
}

function name({ call, replica }: CallRecord): string {
  return `call ${call.id} (${call.kind} on ${replica ?? '-'})`;
}
