import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ConsumerGroupConfig } from '../../src/index.ts';
import { enqueue, numbers, Peer, textOf } from './support.ts';

const CONFIG = { reclaimIdleMs: 100, maxDeliveries: 1000 };
/** With which nobody is taken for dead, however slow the machine is. */
const PATIENT = { ...CONFIG, reclaimIdleMs: 600_000 };

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

/** What a consumer does with an event that it got. */
type Step = 'done' | 'close' | 'die before' | 'die after';

interface Plan {
  readonly producers: number;
  readonly events: number;
  /** What each consumer does with its events, over and over. */
  readonly consumers: readonly (readonly Step[])[];
}

function planOf(steps: readonly Step[]): fc.Arbitrary<Plan> {
  const consumer = fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 8 });
  return fc.record({
    producers: fc.integer({ min: 1, max: 3 }),
    events: fc.integer({ min: 1, max: 25 }),
    consumers: fc.array(consumer, { minLength: 1, maxLength: 4 }),
  });
}

/** Lets producers and consumers run; returns what was processed, in that order. */
async function run(
  { producers, events, consumers }: Plan,
  config: ConsumerGroupConfig = CONFIG,
): Promise<string[]> {
  await using root = await Peer.start(server.url, config);
  await root.queues.createOrTap('q');
  const expected = new Set(numbers(producers).flatMap((name) => numbers(events, `${name}-`)));
  const processed: string[] = [];
  const allDone = new AbortController();
  const process = (text: string): void => {
    processed.push(text);
    expected.delete(text);
    if (expected.size === 0) allDone.abort();
  };
  const produce = async (name: string): Promise<void> => {
    await using peer = await root.another(server.url, config);
    const queue = await peer.queues.createOrTap('q');
    for (const text of numbers(events, `${name}-`)) await enqueue(queue, text);
  };
  await Promise.all([
    ...numbers(producers).map(async (name) => produce(name)),
    ...consumers.map(async (steps) => consume(root, config, steps, process, allDone.signal)),
  ]);
  expect(expected).toEqual(new Set());
  return processed;
}

async function consume(
  root: Peer,
  config: ConsumerGroupConfig,
  steps: readonly Step[],
  process: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // What goes wrong goes wrong once: the plan ends, and good work follows.
  const plan = [...steps];
  while (!signal.aborted) {
    const peer = await root.another(server.url, config);
    const isDead = await work(peer, plan, process, signal);
    if (isDead) peer.client.destroy();
    else await peer[Symbol.asyncDispose]();
  }
}

/** Works until the consumer leaves; returns whether it died. */
async function work(
  peer: Peer,
  plan: Step[],
  process: (text: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const queue = await peer.queues.createOrTap('q');
  for (;;) {
    const event = await queue.dequeueEvent({ signal }).catch(() => undefined);
    if (event === undefined) return false;
    const step = plan.shift() ?? 'done';
    if (step === 'die before') return true;
    if (step === 'close') return false;
    process(textOf(event));
    if (step === 'die after') return true;
    await queue.taskDone(event);
  }
}

describe('producers and consumers', () => {
  it('whoever dies or leaves, every event is processed', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(['done', 'close', 'die before', 'die after']), async (plan) => {
        const processed = await run(plan);
        expect(new Set(processed).size).toBe(plan.producers * plan.events);
      }),
      { numRuns: 12 },
    );
  });

  it('when nobody dies, every event is processed exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(['done', 'close']), async (plan) => {
        const processed = await run(plan, PATIENT);
        expect(processed).toHaveLength(plan.producers * plan.events);
        expect(new Set(processed).size).toBe(processed.length);
      }),
      { numRuns: 15 },
    );
  });

  it('a single consumer gets the events of each producer in order', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(['done']), async (plan) => {
        const processed = await run({ ...plan, consumers: [['done']] }, PATIENT);
        for (const name of numbers(plan.producers)) {
          const own = processed.filter((text) => text.startsWith(`${name}-`));
          expect(own).toEqual(numbers(plan.events, `${name}-`));
        }
      }),
      { numRuns: 15 },
    );
  });
});
