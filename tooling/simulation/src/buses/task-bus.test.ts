import { TaskState } from '@a2a-js/sdk';
import type { AgentExecutor, ExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { BusWorld, CONTEXT } from './bus-world.ts';
import { begun, listen, part, status } from './events.ts';

const { TASK_STATE_COMPLETED, TASK_STATE_CANCELED, TASK_STATE_INPUT_REQUIRED } = TaskState;

/** An executor that leaves it to the test what is published, and ends its task where it is canceled. */
class TestExecutor implements AgentExecutor {
  readonly canceled: string[] = [];
  readonly #ends = new Map<string, () => void>();

  async execute({ taskId }: { readonly taskId: string }, bus: ExecutionEventBus): Promise<void> {
    bus.publish(begun(taskId));
    await new Promise<void>((resolve) => {
      this.#ends.set(taskId, resolve);
    });
  }

  async cancelTask(taskId: string, bus: ExecutionEventBus): Promise<void> {
    this.canceled.push(taskId);
    if (!this.#ends.has(taskId)) return;
    bus.publish(status(taskId, TASK_STATE_CANCELED));
    bus.finished();
    this.#ends.get(taskId)?.();
  }
}

describe('who listens to an execution', () => {
  it('hears each event in the turn in which it is published, and once', async () => {
    const world = new BusWorld();
    const a = world.replica('a');
    const bus = a.bus('t');
    const [first, second] = [listen(bus), listen(bus)];
    bus.publish(begun('t'));
    bus.publish(part('t', '1'));
    expect(first.heard).toEqual(['task SUBMITTED []', '1']);
    await world.pass(100);
    bus.publish(part('t', '2'));
    bus.publish(status('t', TASK_STATE_COMPLETED));
    bus.finished();
    const all = ['task SUBMITTED []', '1', '2', 'COMPLETED', 'finished'];
    expect([first.heard, second.heard]).toEqual([all, all]);
    // What comes back from the transport is not heard once more.
    await world.pass(60_000);
    expect([first.heard, second.heard, a.errors]).toEqual([all, all, []]);
  });

  it('hears what other replicas publish of the task, each in its order', async () => {
    const world = new BusWorld();
    const [a, b] = [world.replica('a'), world.replica('b')];
    const [busA, busB] = [a.bus('t'), b.bus('t')];
    const [onA, onB] = [listen(busA), listen(busB)];
    await world.pass(10);
    busA.publish(begun('t'));
    await world.pass(10);
    busB.publish(part('t', 'b1'));
    busA.publish(part('t', 'a1'));
    busA.publish(part('t', 'a2'));
    await world.pass(10);
    expect(onA.heard).toEqual(['task SUBMITTED []', 'a1', 'a2', 'b1']);
    expect(onB.heard).toEqual(['task SUBMITTED []', 'b1', 'a1', 'a2']);
    // The end of one ends the task, and with it what the other executes.
    busB.publish(status('t', TASK_STATE_COMPLETED));
    busB.finished();
    await world.pass(10);
    // It learns by that end that its own run was ended with the task, and takes nothing more.
    busA.publish(part('t', 'a3'));
    await world.pass(100);
    expect(onA.heard.slice(4)).toEqual(['COMPLETED', 'finished']);
    expect(onB.heard.slice(4)).toEqual(['COMPLETED', 'finished']);
  });

  it('hears nothing any more once it left, and others go on', async () => {
    const world = new BusWorld();
    const a = world.replica('a');
    const bus = a.bus('t');
    const heard: string[] = [];
    const leaver = (): unknown => heard.push('event');
    bus.on('event', leaver);
    const stays = listen(bus);
    bus.publish(begun('t'));
    bus.off('event', leaver);
    bus.publish(part('t', '1'));
    bus.finished();
    await world.pass(10);
    expect(heard).toEqual(['event']);
    expect(stays.heard).toEqual(['task SUBMITTED []', '1', 'finished']);
  });

  it('hears nothing of an execution that never begins, and is told so', async () => {
    const world = new BusWorld();
    const a = world.replica('a', { executor: new TestExecutor() });
    const { heard } = listen(a.bus('t'));
    await world.pass(29_000);
    expect(heard).toEqual([]);
    await world.pass(10_000);
    expect(heard).toEqual(['EVENTS_LOST', 'finished']);
  });
});

describe('a process that may have lost its lease', () => {
  it('hands on an event only once it was accepted, and the end after that', async () => {
    const world = new BusWorld();
    const a = world.replica('a');
    const bus = a.bus('t');
    const { heard } = listen(bus);
    bus.publish(begun('t'));
    await world.pass(10);
    a.client.goAway();
    await world.pass(5000);
    // Nobody can have taken it for gone by now.
    bus.publish(part('t', '1'));
    expect(heard).toEqual(['task SUBMITTED []', '1']);
    await world.pass(10_000);
    bus.publish(part('t', '2'));
    bus.publish(status('t', TASK_STATE_COMPLETED));
    bus.finished();
    await world.pass(2000);
    expect(heard).toEqual(['task SUBMITTED []', '1']);
    a.client.comeBack();
    await world.pass(10);
    expect(heard).toEqual(['task SUBMITTED []', '1', '2', 'COMPLETED', 'finished']);
  });

  it('hears the end that others gave its task, and nothing of what it published meanwhile', async () => {
    const world = new BusWorld();
    const [a, b] = [world.replica('a'), world.replica('b')];
    const bus = a.bus('t');
    const { heard } = listen(bus);
    bus.publish(begun('t'));
    await world.pass(10_000);
    const elsewhere = b.subscribe('t');
    await world.pass(10);
    a.client.goAway();
    a.link.hold();
    await world.pass(14_500);
    bus.publish(part('t', 'late'));
    await world.pass(15_000);
    expect(elsewhere.heard).toEqual(['FAILED', 'finished']);
    a.client.comeBack();
    a.link.release();
    await world.pass(10_000);
    bus.publish(part('t', 'later'));
    bus.finished();
    await world.pass(10_000);
    expect(heard).toEqual(['task SUBMITTED []', 'FAILED', 'finished']);
    expect(b.errors).toEqual([]);
  });
});

describe('a task that waits for its user', () => {
  it('stays open on its bus, and goes on under another run', async () => {
    const world = new BusWorld();
    const [a, b] = [world.replica('a'), world.replica('b')];
    const bus = a.bus('t');
    const { heard } = listen(bus);
    bus.publish(begun('t'));
    await world.pass(10);
    const elsewhere = b.subscribe('t');
    await world.pass(10);
    bus.publish(status('t', TASK_STATE_INPUT_REQUIRED));
    expect(a.manager.settleByTaskId('t', bus, undefined, CONTEXT)).toBe(false);
    await world.pass(100);
    const next = a.bus('t');
    expect(next).toBe(bus);
    next.publish(part('t', '1'));
    next.publish(status('t', TASK_STATE_COMPLETED));
    next.finished();
    await world.pass(100);
    const all = ['INPUT_REQUIRED', '1', 'COMPLETED', 'finished'];
    expect(heard).toEqual(['task SUBMITTED []', ...all]);
    expect(elsewhere.heard).toEqual(all);
    const [channel = ''] = world.messages.channels();
    const runs = world.messages.after(channel, 0).map(({ eventId }) => eventId.publisher);
    expect(new Set(runs.slice(0, 2)).size).toBe(1);
    expect(new Set(runs).size).toBe(2);
  });
});

describe('a cancel', () => {
  it('from another replica is told to the executor once, and both hear the end', async () => {
    const world = new BusWorld();
    const executors = [new TestExecutor(), new TestExecutor()];
    const [a, b] = executors.map((executor, index) => world.replica(`r${index}`, { executor }));
    if (a === undefined || b === undefined) throw new Error('There are two replicas.');
    const busA = a.bus('t');
    const onA = listen(busA);
    const executed = a.execute('t', busA);
    await world.pass(10);
    const busB = b.manager.getByTaskId('t', CONTEXT);
    const onB = listen(busB);
    const canceled = b.cancel('t', busB);
    await world.pass(100);
    await Promise.all([executed, canceled]);
    expect(onA.heard).toEqual(['task SUBMITTED []', 'CANCELED', 'finished']);
    // Who asks loads the task as it subscribes.
    expect(onB.heard).toEqual(['CANCELED', 'finished']);
    expect(executors.map((executor) => executor.canceled)).toEqual([['t'], []]);
  });

  it('whose message is lost is found in the state', async () => {
    const world = new BusWorld();
    const executor = new TestExecutor();
    const a = world.replica('a', { executor });
    const b = world.replica('b', { executor: new TestExecutor() });
    const busA = a.bus('t');
    const executed = a.execute('t', busA);
    await world.pass(10);
    a.link.hold();
    const busB = b.manager.getByTaskId('t', CONTEXT);
    const canceled = b.cancel('t', busB);
    await world.pass(1);
    a.link.lose(1);
    a.link.release();
    expect(executor.canceled).toEqual([]);
    await world.pass(10_000);
    await Promise.all([executed, canceled]);
    expect(executor.canceled).toEqual(['t']);
  });

  it('of a task that nobody executes ends it without an executor', async () => {
    const world = new BusWorld();
    const a = world.replica('a');
    const executor = new TestExecutor();
    const b = world.replica('b', { executor });
    const bus = a.bus('t');
    bus.publish(begun('t'));
    bus.publish(status('t', TASK_STATE_INPUT_REQUIRED));
    a.manager.settleByTaskId('t', bus, undefined, CONTEXT);
    await world.pass(100);
    const elsewhere = b.manager.getByTaskId('t', CONTEXT);
    const { heard } = listen(elsewhere);
    const canceled = b.cancel('t', elsewhere);
    await world.pass(100);
    await canceled;
    expect(heard).toEqual(['CANCELED', 'finished']);
    // It is asked all the same: it may have something to clean up.
    expect(executor.canceled).toEqual(['t']);
  });

  it('of a task whose replica is gone ends it', async () => {
    const world = new BusWorld();
    const a = world.replica('a', { executor: new TestExecutor() });
    const b = world.replica('b', { executor: new TestExecutor() });
    const busA = a.bus('t');
    void a.execute('t', busA);
    await world.pass(20_000);
    a.kill();
    await world.pass(1000);
    const busB = b.manager.getByTaskId('t', CONTEXT);
    const { heard } = listen(busB);
    const canceled = b.cancel('t', busB);
    await world.pass(20_000);
    await canceled;
    // Nobody is asked any more: the replicas that live find that its lease has run out.
    expect(heard).toEqual(['FAILED', 'finished']);
  });
});

describe('a manager that is closed', () => {
  it('ends what it executes, for all who listen, and tells its other listeners that it hears no more', async () => {
    const world = new BusWorld();
    const [a, b] = [world.replica('a'), world.replica('b')];
    const [mine, theirs] = [a.bus('mine'), b.bus('theirs')];
    const own = listen(mine);
    mine.publish(begun('mine'));
    theirs.publish(begun('theirs'));
    await world.pass(100);
    const ofMine = b.subscribe('mine');
    const ofTheirs = a.subscribe('theirs');
    await world.pass(100);
    const closed = a.manager.close();
    await world.pass(100);
    await closed;
    expect(own.heard).toEqual(['task SUBMITTED []', 'FAILED', 'finished']);
    expect(ofMine.heard).toEqual(['FAILED', 'finished']);
    expect(ofTheirs.heard).toEqual(['EVENTS_LOST', 'finished']);
    expect(() => a.bus('another')).toThrow('The queue manager is closed.');
  });
});
