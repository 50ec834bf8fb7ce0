import { TaskState } from '@a2a-js/sdk';
import { AgentEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { beforeEach, describe, expect, it } from 'vitest';

import { ExecutionParts } from '../../../test/execution-parts.ts';
import type { SendOutcome } from '../events/event-transport.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { TaskRun } from './task-run.ts';

const TASK = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

let parts: ExecutionParts;
/** What the runs tell. */
let told: string[];

beforeEach(() => {
  parts = new ExecutionParts();
  told = [];
});

function newRun(services = parts.services(), earlier?: TaskRun): TaskRun {
  return new TaskRun(TASK, services, earlier, (news) => {
    if (news.kind === 'fenced') told.push(news.by);
    else if (news.kind === 'refused') told.push(news.error.code);
    else told.push(news.isIdle ? 'idle' : 'settled');
  });
}

/** Publishes an event that leaves the task working. */
function publish({ publisher }: TaskRun): void {
  const status = { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: undefined };
  const update = { taskId: 't', contextId: 'c', status, metadata: undefined };
  publisher.publish(AgentEvent.statusUpdate(update), () => {});
}

/** Resolves when nothing happens any more without a timer, or what a test holds back. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A promise that a test settles. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('TaskRun', () => {
  it('sends nothing before all that an earlier run published', async () => {
    const services = parts.services();
    const accepted = gate();
    parts.onSend = async (): Promise<SendOutcome> => {
      await accepted.opened;
      return 'accepted';
    };
    const earlier = newRun(services);
    publish(earlier);
    const later = newRun(services, earlier);
    publish(later);
    await quiet();
    expect(parts.sent).toEqual(['r-1 1:s']);
    // What comes meanwhile goes out before it, too.
    publish(earlier);
    accepted.open();
    await later.drained();
    expect(parts.sent).toEqual(['r-1 1:s', 'r-1 2:s', 'r-2 1:s']);
  });

  it('sends nothing before an earlier run is paused: that would leave the task to its user', async () => {
    const services = parts.services();
    const paused = gate();
    parts.onPause = async () => paused.opened;
    const earlier = newRun(services);
    publish(earlier);
    const pausing = earlier.pause();
    const later = newRun(services, earlier);
    publish(later);
    await quiet();
    expect([earlier.canGoOn, parts.sent]).toEqual([false, ['r-1 1:s']]);
    paused.open();
    await Promise.all([pausing, later.drained()]);
    expect([parts.sent, parts.calls]).toEqual([
      ['r-1 1:s', 'r-2 1:s'],
      ['pause r-1', 'forget r-1'],
    ]);
  });

  it('is settled once others know that it is paused, though that begins while it is waited for', async () => {
    const accepted = gate();
    const paused = gate();
    parts.onSend = async () => {
      await accepted.opened;
      return 'accepted';
    };
    parts.onPause = async () => paused.opened;
    const run = newRun();
    publish(run);
    await quiet();
    let isSettled = false;
    const settled = run.settled().then(() => (isSettled = true));
    void run.pause();
    accepted.open();
    await quiet();
    expect([isSettled, run.isSending]).toEqual([false, true]);
    paused.open();
    await settled;
    await quiet();
    expect(run.isSending).toBe(false);
  });

  it('sends though an earlier run was fenced, or gave up what it had', async () => {
    const services = parts.services();
    parts.onSend = async ({ publisher }) => (publisher === 'r-1' ? 'fenced' : 'accepted');
    const earlier = newRun(services);
    publish(earlier);
    const later = newRun(services, earlier);
    publish(later);
    await later.drained();
    expect(parts.sent).toEqual(['r-1 1:s', 'r-2 1:s']);
  });

  it('is looked after here where others have ended it, and told of once', async () => {
    const run = newRun();
    await run.register();
    run.fence('fenced');
    run.fence('fenced');
    expect([told, run.isLeaving]).toEqual([['fenced'], true]);
    await quiet();
    expect(parts.calls).toEqual(['settle r-1', 'forget r-1']);
    expect([told, run.isLeaving]).toEqual([['fenced', 'settled'], false]);
  });

  it('says where nothing of its task goes on, and leaves an end of others alone', async () => {
    const services = parts.services();
    parts.isIdle = true;
    newRun(services).fence('fenced');
    newRun(services).fence('over');
    await quiet();
    expect(told.toSorted()).toEqual(['fenced', 'idle', 'over', 'settled']);
    expect(parts.calls.toSorted()).toEqual(['forget r-1', 'forget r-2', 'settle r-1']);
  });

  it('is ended before anything of it is sent, where it goes on at once and turns out never to begin', async () => {
    const services = parts.services();
    parts.onBegin = 'void';
    parts.onSend = async () => {
      parts.calls.push('send');
      return 'fenced';
    };
    const run = newRun(services);
    run.beginAtOnce({ context: new ServerCallContext() });
    publish(run);
    await quiet();
    expect(parts.calls).toEqual(['forget r-1', 'settle r-1', 'forget r-1', 'send']);
    expect(told).toEqual(['fenced', 'settled']);
  });

  it('is forgotten when all is stored, and its task ended where something was given up', async () => {
    const services = parts.services();
    const stored = newRun(services);
    publish(stored);
    stored.end(() => told.push('over'));
    await stored.drained();
    await quiet();
    expect([parts.sent, parts.calls]).toEqual([['r-1 1:sz'], ['forget r-1']]);

    parts.onSend = async ({ bodies }) => {
      if (bodies[0] !== 'z') run.publisher.stop();
      return 'accepted';
    };
    const run = newRun(services);
    publish(run);
    await run.drained();
    await run.pause();
    expect(parts.calls.slice(1)).toEqual(['end r-2']);
    expect(told).toEqual(['over']);
  });
});
