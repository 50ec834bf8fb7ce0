import type { Settings } from '../scenario/scenario.ts';
import type { SentCall } from '../world/history.ts';
import type { Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { checkTasks, type TaskHistory } from './task-histories.ts';

/** What a write may take that is not what it brings: keys, ids, versions, entries of the index. */
const BYTES_OF_WRITE = 4000;
/** What an event may take beside its text: it goes into the record and into a message. */
const BYTES_OF_EVENT = 1000;
/** How long the texts of events may be of which that is known. */
const LONGEST_TEXT = 100;
/** Calls that a task may take whatever comes of it, and for each event and everybody who asked for it. */
const CALLS_OF_TASK = 50;
const CALLS_OF_EVENT = 3;

/** For how long what a replica asks for may be under way to it, in milliseconds, there and back. */
const UNDER_WAY_MS: Readonly<Record<Settings['network'], number>> = {
  quick: 10,
  uneven: 150,
  slow: 900,
};

/**
 * P9: where nothing fails, what is sent and read for an event does not depend on how many came before:
 * who has sent a part, or has the record, does not send or read it again.
 */
export const checkCost: PromiseCheck = checkTasks((task, outcome) => {
  if (outcome.scenario.faults.length > 0) return [];
  const calls = outcome.history.sent.filter(({ taskId }) => taskId === task.taskId);
  return [
    ...sentAgain(task, calls, outcome),
    ...readAgain(task, calls, outcome),
    ...longWrites(calls, outcome),
    ...manyCalls(task, calls),
  ];
});

/**
 * A part is sent once to the record and once to a log, and again by who publishes the whole task. Where requests
 * store what they hear, one that came later may store a part ahead of earlier ones, and each of those moves it.
 */
function sentAgain(
  { executions, calls: asked }: TaskHistory,
  calls: readonly SentCall[],
  { scenario }: Outcome,
): readonly Finding[] {
  const requests = asked.filter(({ call }) => 'plan' in call);
  if (scenario.settings.layout === 'apart' && requests.length > 1) return [];
  const published = executions.flatMap((each) => each.published);
  const findings: Finding[] = [];
  for (const { token, kind, at } of published) {
    if (kind !== 'artifact') continue;
    const allowed = 1 + published.filter((each) => each.kind === 'task' && each.at >= at).length;
    const sent = calls.filter(({ isWrite, tokens }) => isWrite && tokens.includes(token));
    const times = new Map<string, number>();
    for (const { script } of sent) times.set(script, (times.get(script) ?? 0) + 1);
    for (const [script, count] of times) {
      if (count <= allowed) continue;
      const detail = `${token} by ${count} calls of ${script}`;
      findings.push({ promise: 'P9', kind: 'a part is sent again', detail });
    }
  }
  return findings.slice(0, 1);
}

/** A replica that has the record does not read it again, unless others have written since. */
function readAgain(
  { executions }: TaskHistory,
  calls: readonly SentCall[],
  { scenario: { settings }, history }: Outcome,
): readonly Finding[] {
  // What a list reads is not kept.
  const lists = history.calls.filter(({ call }) => call.kind === 'list');
  const isListed = ({ at, replica }: SentCall): boolean =>
    lists.some(
      (list) => list.replica === replica && list.startedAt <= at && at <= (list.endedAt ?? at),
    );
  const parts = new Set(
    executions.flatMap(({ published }) =>
      published.flatMap(({ kind, token }) => (kind === 'artifact' ? token : [])),
    ),
  );
  /** When each replica had the record. */
  const knownAt = new Map<string, number>();
  for (const call of calls) {
    const { at, replica, script, isWrite, answered } = call;
    const isRead = script === 'read-task' && answered.some((token) => parts.has(token));
    if (isRead && isListed(call)) continue;
    const known = knownAt.get(replica);
    if (isRead && known !== undefined && known < at - UNDER_WAY_MS[settings.network]) {
      const detail = `by ${replica} at ${Math.round(at)}, which had it at ${Math.round(known)}`;
      return [{ promise: 'P9', kind: 'a record is read again', detail }];
    }
    const isWritten = isWrite && script.startsWith('save-task');
    if (isWritten) knownAt.clear();
    if (isWritten || isRead) knownAt.set(replica, at);
  }
  return [];
}

/** A write is as long as what it brings. */
function longWrites(calls: readonly SentCall[], { scenario }: Outcome): readonly Finding[] {
  const hasLongTexts = scenario.calls.some(
    (call) =>
      'plan' in call &&
      call.plan.steps.some((step) => step.do === 'chunk' && step.size > LONGEST_TEXT),
  );
  if (hasLongTexts) return [];
  const long = calls.find(
    ({ isWrite, bytes, tokens }) =>
      isWrite && bytes > BYTES_OF_WRITE + BYTES_OF_EVENT * tokens.length,
  );
  if (long === undefined) return [];
  const detail = `${long.script} sends ${long.bytes} bytes for ${long.tokens.length} events`;
  return [{ promise: 'P9', kind: 'a write is longer than what it brings', detail }];
}

/** How many calls a task takes grows with its events, and with those who ask for it. */
function manyCalls(
  { calls: asked, executions }: TaskHistory,
  calls: readonly SentCall[],
): readonly Finding[] {
  const events = executions.reduce((sum, { published }) => sum + published.length, 0);
  // What is looked at from time to time depends on how long the task lives.
  const counted = calls.filter(
    ({ script }) => !script.startsWith('read-') || script === 'read-task',
  );
  if (counted.length <= CALLS_OF_TASK + CALLS_OF_EVENT * events * (1 + asked.length)) return [];
  const detail = `${counted.length} calls for ${events} events and ${asked.length} who asked`;
  return [{ promise: 'P9', kind: 'a task takes more and more calls', detail }];
}
