import { SHARDS } from '../network/simulated-cluster.ts';
import type { Layout } from '../scenario/scenario.ts';
import { isTerminalState } from '../world/tokens.ts';
import { PUSH_PREFIX, QUEUES_PREFIX, TASKS_PREFIX } from '../world/replica.ts';
import type { LeftKey, Outcome } from '../world/world.ts';
import type { Finding, PromiseCheck } from './finding.ts';
import { hasLostData, taskHistories } from './task-histories.ts';

/** Timers that a replica at rest may have: its lease, its connections, its deadlines, its looks at buses. */
const MOST_TIMERS = 8;
/** What a process has, whatever it executes: the clients' connections and one for messages. */
const MOST_CONNECTIONS: Readonly<Record<Layout, number>> = {
  single: 2,
  cluster: 2 * SHARDS,
  apart: 3,
};
/** Further timers where there are more connections: two to each primary of a cluster, one of a store's own. */
const FURTHER_TIMERS: Readonly<Record<Layout, number>> = {
  single: 0,
  cluster: 2 * SHARDS,
  apart: 1,
};

/** P7: nothing is left in Redis but what retention says, nor in a process that has nothing to do. */
export const checkBounds: PromiseCheck = (outcome) => {
  const findings: Finding[] = [];
  const add = (kind: string, detail: string): void =>
    void findings.push({ promise: 'P7', kind, detail });
  for (const { key, expiresAt } of outcome.keys) {
    if (isKept(key) || expiresAt !== undefined || isLeaseList(key) || isRunList(key)) continue;
    add('a key has no expiry', key);
  }
  const mostConnections = MOST_CONNECTIONS[outcome.scenario.settings.layout];
  const mostTimers = MOST_TIMERS + FURTHER_TIMERS[outcome.scenario.settings.layout];
  const atRest = isAtRest(outcome);
  if (atRest) {
    for (const { key } of outcome.keys) {
      if (isRunList(key)) add('a note of a run is left', `${key} while the replicas run`);
    }
    for (const run of outcome.enteredRuns) add('a run is left in the state of its task', run);
    for (const channel of outcome.channels) add('a subscription is left', channel);
    for (const { name, timers, connections } of outcome.alive) {
      if (connections > mostConnections) {
        add('a process has too many connections', `${connections} on ${name}`);
      }
      if (timers > mostTimers) add('timers are left', `${timers} on ${name}`);
    }
  }
  for (const name of outcome.unclosed) add('a close does not end', name);
  for (const name of outcome.leftOpen) add('a connection is left after close', name);
  for (const { key } of outcome.keysAfterClose.filter(isLeft))
    add('a key is left after close', key);
  for (const channel of outcome.channelsAfterClose)
    add('a subscription is left after close', channel);
  return findings;
};

/** Whether all tasks have ended and nobody waits, so that nothing need be kept, and somebody could see to it. */
function isAtRest(outcome: Outcome): boolean {
  if (
    outcome.alive.length === 0 ||
    hasLostData(outcome) ||
    outcome.history.calls.some(
      ({ endedAt }) => (endedAt ?? Number.POSITIVE_INFINITY) > outcome.lookedAt,
    )
  )
    return false;
  return taskHistories(outcome).every(
    ({ task, state }) => task === undefined || isTerminalState(state),
  );
}

function isKept(key: string): boolean {
  return key.startsWith(TASKS_PREFIX) || key.startsWith(PUSH_PREFIX);
}

function isLeaseList(key: string): boolean {
  return key === `${QUEUES_PREFIX}{replicas}`;
}

function isRunList(key: string): boolean {
  // That a list takes no more outlasts the list.
  return key.startsWith(`${QUEUES_PREFIX}{run:`) && !key.endsWith(':sealed');
}

/** Leases of replicas that were killed end with the next replica that looks. */
function isLeft({ key, expiresAt }: LeftKey): boolean {
  return !isKept(key) && expiresAt === undefined;
}
