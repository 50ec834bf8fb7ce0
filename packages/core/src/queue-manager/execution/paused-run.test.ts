import { setImmediate } from 'node:timers/promises';

import { AgentEvent } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import type { BusServices } from './bus-services.ts';
import { OwnRuns } from './own-runs.ts';
import { TaskRun } from './task-run.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

it('is settled once others know that it is paused, though that begins while it is waited for', async () => {
  const waiting = new Map<string, () => void>();
  const call = async (name: string): Promise<void> =>
    new Promise((resolve) => {
      waiting.set(name, resolve);
    });
  const services = {
    runtime: systemRuntime,
    nextRun: () => 'r-1',
    runner: { run: async () => call('send') },
    transport: { sending: () => ({ companion: { alone: {} }, keys: [], args: [] }) },
    lease: { isCertain: true },
    states: { pause: async () => call('pause') },
    ownRuns: new OwnRuns(systemRuntime),
    webhooks: { tell: () => {} },
    limits: { maxPendingEvents: 100, publishDeadlineMs: 1000 },
  };
  const events = { onFenced: () => {}, onSettled: () => {} };
  const run = new TaskRun(task, services as unknown as BusServices, undefined, events);
  const message = AgentEvent.message({
    messageId: 'm',
    contextId: 'c',
    taskId: 't',
    role: 2,
    parts: [],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  });
  const ignore = (): void => {};
  run.publisher.publish(message, { own: ignore, subscribers: ignore, subscribersLose: ignore });
  await setImmediate();
  let isSettled = false;
  const settled = run.settled().then(() => (isSettled = true));
  void run.pause();
  waiting.get('send')?.();
  await setImmediate();
  expect([isSettled, run.isSending]).toEqual([false, true]);
  waiting.get('pause')?.();
  await settled;
  await setImmediate();
  expect(run.isSending).toBe(false);
});
