import { TaskState } from '@a2a-js/sdk';
import type { AgentExecutor, ExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { stateName } from '../world/tokens.ts';
import { type BusReplica, BusWorld, CONTEXT } from './bus-world.ts';
import { begun, listen, part, status } from './events.ts';

const { TASK_STATE_AUTH_REQUIRED, TASK_STATE_COMPLETED, TASK_STATE_WORKING } = TaskState;

/** An executor that returns where its task waits for somebody, and works on when a test has it. */
class LateExecutor implements AgentExecutor {
  readonly canceled: string[] = [];

  async execute({ taskId }: { readonly taskId: string }, bus: ExecutionEventBus): Promise<void> {
    bus.publish(begun(taskId));
    bus.publish(status(taskId, TASK_STATE_AUTH_REQUIRED));
  }

  async cancelTask(taskId: string): Promise<void> {
    this.canceled.push(taskId);
  }
}

/** A task whose executor has returned, on the first of two replicas that know who lives. */
async function returned(): Promise<{
  readonly world: BusWorld;
  readonly a: BusReplica;
  readonly b: BusReplica;
  readonly bus: ExecutionEventBus;
  readonly executor: LateExecutor;
}> {
  const world = new BusWorld();
  const executor = new LateExecutor();
  const a = world.replica('a', { executor });
  const b = world.replica('b', { executor: new LateExecutor() });
  await world.pass(20_000);
  const bus = a.bus('t');
  const executed = a.execute('t', bus);
  await world.pass(100);
  await executed;
  a.manager.settleByTaskId('t', bus, undefined, CONTEXT);
  await world.pass(100);
  return { world, a, b, bus, executor };
}

/** The replicas that published, in the order of their first events. */
function publishersIn({ messages }: BusWorld): readonly string[] {
  const [channel = ''] = messages.channels();
  const all = messages.after(channel, 0).map(({ eventId }) => eventId.publisher);
  return [...new Set(all.map((run) => run.slice(0, run.lastIndexOf('-'))))];
}

async function storedState(replica: BusReplica, world: BusWorld): Promise<string> {
  const loading = replica.store.load('t', CONTEXT);
  await world.pass(10);
  return stateName((await loading)?.status?.state);
}

describe('an executor that returned, and works on when others may have taken its process for gone', () => {
  it('is heard, stored and looked after under the name under which the process goes on', async () => {
    const { world, a, b, bus } = await returned();
    const { heard } = listen(bus);
    a.client.goAway();
    await world.pass(25_000);
    bus.publish(status('t', TASK_STATE_WORKING));
    bus.publish(part('t', '1'));
    await world.pass(100);
    expect(heard).toEqual([]);
    a.client.comeBack();
    await world.pass(2000);
    expect(heard).toEqual(['WORKING', '1']);
    expect(publishersIn(world)).toHaveLength(2);
    expect(await storedState(b, world)).toBe('WORKING');
    const elsewhere = b.subscribe('t');
    await world.pass(100);
    a.kill();
    await world.pass(30_000);
    expect(elsewhere.heard).toEqual(['FAILED', 'finished']);
    expect(await storedState(b, world)).toBe('FAILED');
  });

  it('comes to its end in its order, though it ends before the process knows', async () => {
    const { world, a, b, bus } = await returned();
    const { heard } = listen(bus);
    a.client.goAway();
    await world.pass(25_000);
    bus.publish(status('t', TASK_STATE_WORKING));
    bus.publish(status('t', TASK_STATE_COMPLETED));
    bus.finished();
    a.client.comeBack();
    await world.pass(5000);
    expect(heard).toEqual(['WORKING', 'COMPLETED', 'finished']);
    expect(await storedState(b, world)).toBe('COMPLETED');
  });

  it('is told that it was ended where it had published before that', async () => {
    const { world, a, b, bus, executor } = await returned();
    const { heard } = listen(bus);
    a.client.goAway();
    bus.publish(status('t', TASK_STATE_WORKING));
    expect(heard).toEqual(['WORKING']);
    await world.pass(25_000);
    a.client.comeBack();
    await world.pass(5000);
    expect(heard).toEqual(['WORKING', 'RUN_ENDED', 'finished']);
    expect(executor.canceled).toEqual(['t']);
    expect(a.errors.some((error) => error.includes('Another replica ended task "t"'))).toBe(true);
    // Nothing of what nobody looked after was stored: the task waits, and can be continued anywhere.
    expect(await storedState(b, world)).toBe('AUTH_REQUIRED');
    expect(publishersIn(world)).toHaveLength(1);
  });
});
