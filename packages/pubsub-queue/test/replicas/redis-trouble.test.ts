import {
  chunks,
  storedTask,
  survivesRedisTrouble,
  type Trouble,
  unhandledIn,
  useAgentsForTrouble,
} from '@a2a-redis-internal/agent-server/agents';
import type { Listener } from '@a2a-redis-internal/contract/queue-fixtures';
import { mergeSeen, type Seen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { connect } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { describe, expect, it, vi } from 'vitest';

import { PUBSUB_AGENT } from './subject.ts';

/** What makes a chunk large. */
const BIG = `${'x'.repeat(25_000)}-`;
const WAIT = { timeout: 60_000, interval: 50 };

const used = useAgentsForTrouble(PUBSUB_AGENT);

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
  trouble: Trouble,
): Promise<void> {
  const { a, b } = used;
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
  const parts = all.map((text) => text.replace('chunk ', ''));
  expect(await storedTask(b, taskId)).toEqual({ state: 'completed', parts });
  expect(await unhandledIn([a, b])).toEqual([]);
}

describe('whoever listens has every event once, or is told that some were lost', () => {
  survivesRedisTrouble(used, async (count, trouble) =>
    expectNoSilence(`chunks ${count} 5`, chunks(0, count), trouble),
  );

  it('when a subscriber is dropped for a full output buffer', async () => {
    const { a, server } = used;
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
