import { Task } from '@a2a-js/sdk';
import { expect, it } from 'vitest';

import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import type { BusServices } from './bus-services.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { untilRecorded } from './recorded-task.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/** How often a record is read until it holds events 1 to 3 of a run, and 1 of another. */
async function readsUntil(
  records: readonly string[],
  { state = 'TASK_STATE_WORKING', takesEvents = false } = {},
): Promise<number> {
  let reads = 0;
  const store = {
    load: async () => Task.fromJSON({ id: 't', contextId: 'c', status: { state } }),
    appliedEvents: async () => {
      reads += 1;
      return AppliedEvents.parse(records[Math.min(reads, records.length) - 1] ?? '');
    },
  };
  const counters = new Map([
    ['a-1', 3],
    ['b-1', 1],
  ]);
  const services = {
    runtime: systemRuntime,
    trackingStore: store,
    eventStore: takesEvents ? store : undefined,
    states: { state: async () => ({ counters }) },
  };
  await untilRecorded(TASK, services as unknown as BusServices);
  return reads;
}

it('waits until a task holds all that was published of it', async () => {
  expect(await readsUntil(['a-1:1-3;b-1:1'])).toBe(1);
  expect(await readsUntil(['', 'a-1:1-3', 'a-1:1,3;b-1:1', 'a-1:1-3;b-1:1'])).toBe(4);
});

it('waits for nothing at the end of a task, after which nothing is stored', async () => {
  expect(await readsUntil(['a-1:1'], { state: 'TASK_STATE_COMPLETED' })).toBe(1);
});

it('reads nothing where the store takes events from their publisher', async () => {
  expect(await readsUntil([''], { takesEvents: true })).toBe(0);
});

it('gives up where the task does not grow: who was to store the rest is gone', async () => {
  expect(await readsUntil(['a-1:1-2;b-1:1'])).toBeGreaterThan(5);
}, 10_000);
