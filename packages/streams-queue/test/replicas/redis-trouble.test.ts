import {
  type Agent,
  chunks,
  counting,
  storedTask,
  survivesRedisTrouble,
  type Trouble,
  unhandledIn,
  useAgentsForTrouble,
} from '@a2a-redis-internal/agent-server/agents';
import { connect } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { describe, expect, it, vi } from 'vitest';

import { STREAMS_AGENT } from './subject.ts';

const used = useAgentsForTrouble(STREAMS_AGENT, {
  settings: { maxEventsPerTask: 300, maxMessageBytes: 100_000 },
});

/** Streams on one replica, listens on both, makes trouble meanwhile; nothing is lost or doubled. */
async function expectSurvival(count: number, trouble: Trouble): Promise<void> {
  const { a, b } = used;
  const stream = a.stream(`task; chunks ${count} 5; wait end; completed`);
  await stream.until(5);
  const { taskId } = stream;
  const subscribers = [a.resubscribe(taskId), b.resubscribe(taskId)];
  await Promise.all(subscribers.map(async (each) => each.until(1)));
  await trouble(() => stream.seen.length);
  await stream.until(count + 1);
  const late = b.resubscribe(taskId);
  await late.until(1);
  await a.process.call('open', 'end');
  expect(await stream.ended).toEqual(['task working 0', ...chunks(0, count), 'completed']);
  for (const subscriber of subscribers) {
    const seen = await subscriber.ended;
    const held = Number(seen[0]?.replace('task working ', ''));
    expect(seen).toEqual([`task working ${held}`, ...chunks(held, count), 'completed']);
  }
  expect(await late.ended).toEqual([`task working ${count}`, 'completed']);
  expect(await storedTask(b, taskId)).toEqual({ state: 'completed', parts: counting(count) });
  expect(await unhandledIn([a, b])).toEqual([]);
}

describe('subscribers and the store have every event once', () => {
  survivesRedisTrouble(used, expectSurvival);
});

describe('a subscriber', () => {
  it('that was dropped for a full output buffer gets what it missed', async () => {
    const { a, b, server } = used;
    const admin = await connect(server.url);
    await admin.configSet('client-output-buffer-limit', 'pubsub 1kb 0 0');
    const big = 'x'.repeat(25_000);
    const stream = a.stream(
      `task; chunks 2; wait big; chunks 3 0 ${big}; chunks 2; wait end; completed`,
    );
    await stream.until(3);
    const subscriber = b.resubscribe(stream.taskId);
    await subscriber.until(1);
    const connection = await subscriberOf(admin, b);
    await a.process.call('open', 'big');
    const rest = [...chunks(2, 5, big), ...chunks(5, 7)];
    await subscriber.until(6);
    expect(await subscriberOf(admin, b)).not.toBe(connection);
    await a.process.call('open', 'end');
    expect(await subscriber.ended).toEqual(['task working 2', ...rest, 'completed']);
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 2), ...rest, 'completed']);
    expect(await unhandledIn([a, b])).toEqual([]);
    admin.destroy();
  });

  it('whose position was trimmed away gets an error, never silence', async () => {
    const { a, b, server } = used;
    const admin = await connect(server.url);
    const stream = a.stream(
      'task; chunks 2; wait near; chunks 1; wait far; chunks 1000; wait end; completed',
    );
    await stream.until(3);
    const { taskId } = stream;
    const subscriber = b.resubscribe(taskId);
    await subscriber.until(1);
    // Once it gets what is published, it has what was.
    await a.process.call('open', 'near');
    await subscriber.until(2);
    const connection = await subscriberOf(admin, b);
    b.process.pause();
    await admin.sendCommand(['CLIENT', 'KILL', 'ID', String(connection)]);
    await a.process.call('open', 'far');
    await stream.until(1004);
    b.process.resume();
    await expect(subscriber.ended).rejects.toThrow('lost');
    expect(subscriber.seen).toEqual(['task working 2', 'chunk 2']);
    expect((await b.process.call('errors')).join()).toContain('EVENTS_LOST');

    const again = b.resubscribe(taskId);
    await again.until(1);
    await a.process.call('open', 'end');
    expect(await again.ended).toEqual(['task working 1003', 'completed']);
    expect(await unhandledIn([a, b])).toEqual([]);
    admin.destroy();
  });
});

/** The connection on which a process receives messages, once it has one. */
async function subscriberOf(admin: RedisClientType, agent: Agent): Promise<number> {
  return vi.waitUntil(async () => {
    const list = await admin.clientList({ TYPE: 'PUBSUB' });
    return list.find(({ name }) => name.endsWith(`:${agent.process.pid}`))?.id;
  }, 60_000);
}
