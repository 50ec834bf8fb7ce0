import { setTimeout as sleep } from 'node:timers/promises';

import { type Listener, stateName } from '@a2a-redis-internal/contract/queue-fixtures';
import { connect } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { mergeSeen, type Seen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { type Agent, type Agents, chunks, startAgents, unhandledIn } from './agents.ts';

// Many processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CHUNKS = 120;
/** What makes a chunk large. */
const BIG = `${'x'.repeat(25_000)}-`;
const WAIT = { timeout: 60_000, interval: 50 };

let server: RedisServer;
let group: Agents;
let a: Agent;
let b: Agent;

beforeEach(async () => {
  server = await startRedisServer({ persistence: true });
  group = await startAgents(['a', 'b'], server.url);
  const [first, second] = group.agents;
  if (first === undefined || second === undefined) throw new Error('agents');
  [a, b] = [first, second];
});
afterEach(async () => {
  await group[Symbol.asyncDispose]();
  await server.stop();
});

/** What becomes of a subscriber. */
class Outcome {
  isOver = false;
  readonly listener: Listener;
  #error: Error | undefined;

  constructor(listener: Listener) {
    this.listener = listener;
    void this.#watch();
  }

  /** Whether it has so many parts, or has ended. */
  isSettled(parts: number): boolean {
    return this.isOver || seenBy(this.listener).parts === parts;
  }

  /** What it saw at the end; `told` where it was told of a loss. */
  get text(): string {
    const { message } = this.#error ?? {};
    if (message === undefined) return textOf(this.listener);
    return /lost to a subscriber|have not been stored/.test(message) ? 'told' : message;
  }

  async #watch(): Promise<void> {
    try {
      await this.listener.ended;
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
    this.isOver = true;
  }
}

/**
 * Streams on one replica, listens on both, makes trouble meanwhile. Whoever listens has every event
 * once, or is told that some were lost; the stream itself and the store have them all.
 */
async function expectNoSilence(
  script: string,
  all: readonly string[],
  trouble: (seen: () => number) => Promise<void>,
): Promise<void> {
  const stream = a.stream(`task; ${script}; wait end; completed`);
  await stream.until(1);
  const { taskId } = stream;
  const outcomes = [a, b, b].map((agent) => new Outcome(agent.resubscribe(taskId)));
  await Promise.all(outcomes.map(async ({ listener }) => listener.until(1)));
  await trouble(() => stream.seen.length);
  await stream.until(all.length + 1);
  await vi.waitUntil(() => outcomes.every((each) => each.isSettled(all.length)), WAIT);
  const late = await vi.waitFor(async () => {
    const listener = b.resubscribe(taskId);
    await listener.until(1);
    return listener;
  }, WAIT);
  await a.process.call('open', 'end');
  expect(await stream.ended).toEqual(['task working 0', ...all, 'completed']);
  await vi.waitUntil(() => outcomes.every(({ isOver }) => isOver), WAIT);
  const exact = `${all.length} parts, completed`;
  for (const { text } of outcomes) expect([exact, 'told']).toContain(text);
  await late.ended;
  expect(textOf(late)).toBe(exact);
  const { status, artifacts } = await b.client.task(taskId);
  expect([stateName(status?.state), artifacts[0]?.parts.length]).toEqual(['completed', all.length]);
  expect(await unhandledIn([a, b])).toEqual([]);
}

describe('whoever listens has every event once, or is told that some were lost', () => {
  it('while connections are killed every 100 ms', async () => {
    const admin = await connect(server.url);
    await expectNoSilence(`chunks ${CHUNKS} 5`, chunks(0, CHUNKS), async (seen) => {
      while (seen() <= CHUNKS - 20) {
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
        await sleep(100);
      }
    });
    admin.destroy();
  });

  it('when the server is restarted', async () => {
    await expectNoSilence(`chunks ${CHUNKS} 5`, chunks(0, CHUNKS), async () => server.restart());
  });

  it('when the server stands still for 5 s', async () => {
    await expectNoSilence(`chunks ${CHUNKS} 5`, chunks(0, CHUNKS), async () => {
      server.pause();
      await sleep(5000);
      server.resume();
    });
  });

  it('when a subscriber is dropped for a full output buffer', async () => {
    const admin = await connect(server.url);
    await admin.configSet('client-output-buffer-limit', 'pubsub 1kb 0 0');
    const script = `chunks 2; wait big; chunks 40 0 ${BIG}`;
    const all = [...chunks(0, 2), ...chunks(2, 42, BIG)];
    await expectNoSilence(script, all, async () => {
      const dropped = await connections(admin);
      await a.process.call('open', 'big');
      await vi.waitUntil(async () => {
        const now = await connections(admin);
        return now.every((id) => !dropped.includes(id));
      }, WAIT);
    });
    admin.destroy();
  });
});

/** What somebody saw, put together. */
function seenBy({ seen }: Listener): Seen {
  return mergeSeen(seen.map((text) => text.replace(BIG, '')));
}

function textOf(listener: Listener): string {
  const { parts, state } = seenBy(listener);
  return `${parts} parts, ${state}`;
}

/** The connections that receive messages. */
async function connections(admin: RedisClientType): Promise<readonly number[]> {
  return (await admin.clientList({ TYPE: 'PUBSUB' })).map(({ id }) => id);
}
