import { Message } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';
import { noteSupport, useRuntime } from '@a2a-redis/core/shared';
import { type RedisStreamsEventQueue, RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { beforeEach, describe, expect, it } from 'vitest';

import { DirectClient } from '../buses/direct-client.ts';
import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import { SIMULATED_SUPPORT, SimulatedRedis } from './simulated-redis.ts';

const RECLAIM_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Who would receive messages of the server: readers look by themselves. */
const NO_MESSAGES = {
  subscribe: async (): Promise<void> => {},
  unsubscribe: async (): Promise<void> => {},
};

/** A process that reads a direct queue. */
interface Reader {
  readonly queue: RedisStreamsEventQueue;
  readonly actor: Actor;
}

let simulation: Simulation;
let serverAheadMs: number;
let redis: SimulatedRedis;

beforeEach(() => {
  simulation = new Simulation(new Random('clock'));
  serverAheadMs = 0;
  redis = new SimulatedRedis({
    now: () => simulation.wallClock + serverAheadMs,
    publish: () => 0,
  });
});

/** What a call comes to, while time stands as still as it may. */
async function done<T>(call: Promise<T>): Promise<T> {
  let isDone = false;
  const settled = call.finally(() => {
    isDone = true;
  });
  await simulation.run(simulation.now + 1000, () => isDone);
  return settled;
}

async function reader(name: string): Promise<Reader> {
  const actor = new Actor(name, simulation);
  const client = new DirectClient(redis);
  useRuntime(client, actor);
  noteSupport(client, SIMULATED_SUPPORT);
  const queues = new RedisStreamsQueueManager(client, {
    subscriber: NO_MESSAGES,
    consumerConfig: { reclaimIdleMs: RECLAIM_MS },
  });
  return { actor, queue: await done(queues.createOrTap('q')) };
}

async function enqueue({ queue }: Reader, messageId: string): Promise<void> {
  await done(queue.enqueueEvent(AgentEvent.message(Message.fromJSON({ messageId }))));
}

/** The next event, by its id; `none` where there is none. */
async function next({ queue }: Reader): Promise<string> {
  const event = await done(queue.dequeueEvent({ noWait: true }));
  return event?.kind === 'message' ? event.data.messageId : 'none';
}

async function pass(ms: number): Promise<void> {
  await simulation.run(simulation.now + ms);
}

describe('a server whose clock is set back', () => {
  it('gives away what a dead reader had, as long after as ever, and nothing else', async () => {
    const [dead, live, other] = [await reader('dead'), await reader('live'), await reader('other')];
    await enqueue(live, '1');
    await enqueue(live, '2');
    expect([await next(dead), await next(live)]).toEqual(['1', '2']);
    await pass(RECLAIM_MS / 2);
    dead.actor.kill();
    serverAheadMs -= HOUR_MS;
    // The other one works on, and says so: that hides nothing.
    await pass(RECLAIM_MS / 2);
    expect(await next(other)).toBe('none');
    await pass(RECLAIM_MS - 10_000);
    expect(await next(other)).toBe('none');
    await pass(20_000);
    expect([await next(other), await next(other)]).toEqual(['1', 'none']);
  });

  it('goes on to give away what came after that', async () => {
    const [first, second] = [await reader('first'), await reader('second')];
    await enqueue(first, '1');
    expect(await next(first)).toBe('1');
    serverAheadMs -= HOUR_MS;
    await enqueue(first, '2');
    expect(await next(second)).toBe('2');
    first.actor.kill();
    second.actor.kill();
    const third = await reader('third');
    expect(await next(third)).toBe('none');
    await pass(RECLAIM_MS * 1.25);
    expect([await next(third), await next(third)]).toEqual(['1', '2']);
  });
});
