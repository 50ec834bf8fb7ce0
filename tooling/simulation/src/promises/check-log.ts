import type { AcceptedEvent } from '../world/history.ts';
import type { Finding, PromiseCheck } from './finding.ts';

/** `<replica>-<number>`, the number to the base 36. */
const RUN = /^([^-]+)-([0-9a-z]+)$/;

/** P4 and P11: each event of a run is accepted once and in its order, and none once the run was ended elsewhere. */
export const checkLog: PromiseCheck = ({ history }) => {
  const findings: Finding[] = [];
  for (const events of eventsByRun(history.accepted).values()) {
    const [{ run } = { run: '' }] = events;
    const counters = events.map(({ counter }) => counter);
    const detail = `${run}: ${counters.join(' ')}`;
    if (new Set(counters).size < counters.length) {
      findings.push({ promise: 'P4', kind: 'an event is accepted twice', detail });
    } else if (counters.some((counter, index) => counter < (counters[index - 1] ?? 0))) {
      findings.push({ promise: 'P4', kind: 'events are accepted out of order', detail });
    }
    const late = events.filter(({ isFenced }) => isFenced);
    if (late.length > 0) {
      findings.push({
        promise: 'P11',
        kind: 'an event is accepted of a run that was ended',
        detail: `${run}: ${late.map(({ counter }) => counter).join(' ')}`,
      });
    }
  }
  for (const { place, run, other } of overtaken(history.accepted)) {
    const detail = `${place}: ${run} after ${other}`;
    findings.push({ promise: 'P4', kind: 'a run is accepted after a later one', detail });
  }
  return findings;
};

/** A replica counts its runs, of which each begins when the one before it is over. */
function* overtaken(
  accepted: readonly AcceptedEvent[],
): Generator<{ readonly place: string; readonly run: string; readonly other: string }> {
  const latest = new Map<string, { readonly number: number; readonly run: string }>();
  for (const { place, run } of accepted) {
    const [, replica = '', digits = ''] = RUN.exec(run) ?? [];
    // Who ends a run for another replica has a name made of the run's.
    if (replica === '') continue;
    const key = `${place} ${replica}`;
    const number = Number.parseInt(digits, 36);
    const before = latest.get(key);
    if (before !== undefined && before.number > number) yield { place, run, other: before.run };
    else latest.set(key, { number, run });
  }
}

/** What the server lost, it may be told again. */
function eventsByRun(accepted: readonly AcceptedEvent[]): Map<string, AcceptedEvent[]> {
  const byRun = new Map<string, AcceptedEvent[]>();
  for (const event of accepted) {
    const key = `${event.losses} ${event.place} ${event.run}`;
    byRun.set(key, [...(byRun.get(key) ?? []), event]);
  }
  return byRun;
}
