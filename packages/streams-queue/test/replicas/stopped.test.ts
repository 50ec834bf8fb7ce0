import { once } from 'node:events';
import { connect } from 'node:net';

import {
  chunks,
  counting,
  eventually,
  pair,
  startAgents,
  storedTask,
  unhandledIn,
} from '@a2a-redis-internal/agent-server/agents';
import { useServer } from '@a2a-redis-internal/contract/shared-server';
import { describe, expect, it } from 'vitest';

import { STREAMS_AGENT } from './subject.ts';

const used = useServer();

describe('a replica that is paused for longer than the failover time', () => {
  it('cannot overwrite the end, and its subscribers see one end', async () => {
    await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], used.url, {
      settings: { failoverMs: 2000 },
    });
    const [a, b] = pair(group);
    const stream = a.stream('task; chunks 20 5; wait go; chunks 100000 5');
    await stream.until(10);
    const { taskId } = stream;
    const subscribers = [a.resubscribe(taskId), b.resubscribe(taskId)];
    await Promise.all(subscribers.map(async (each) => each.until(1)));
    await stream.until(21);
    a.process.pause();
    await eventually(async () => (await storedTask(b, taskId)).state === 'failed');
    const ended = { state: 'failed', parts: counting(20) };
    expect(await storedTask(b, taskId)).toEqual(ended);
    a.process.resume();
    // What it goes on to publish is nobody's.
    await a.process.call('open', 'go');

    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 20), 'failed']);
    for (const subscriber of subscribers) {
      const words = await subscriber.ended;
      const held = Number(words[0]?.replace('task working ', ''));
      expect(words).toEqual([`task working ${held}`, ...chunks(held, 20), 'failed']);
    }
    // The executor there is told, and stops.
    await eventually(async () => (await a.process.call('canceled')).length > 0);
    expect(await a.process.call('canceled')).toEqual([taskId]);
    expect(await storedTask(a, taskId)).toEqual(ended);
    expect((await a.process.call('errors')).join()).toContain('RUN_ENDED');

    // It goes on as a replica like any other.
    const next = a.stream('task; chunks 2; wait next; completed');
    await next.until(3);
    const other = b.resubscribe(next.taskId);
    await other.until(1);
    await a.process.call('open', 'next');
    expect(await next.ended).toEqual(['task working 0', ...chunks(0, 2), 'completed']);
    expect(await other.ended).toEqual(['task working 2', 'completed']);
    expect(await unhandledIn([a, b])).toEqual([]);
  });
});

describe('a replica that is told to stop', () => {
  it('lets what it accepted come to its end', async () => {
    await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], used.url);
    const [a, b] = pair(group);
    const stream = a.stream('task; chunks 20 1; wait go; chunks 20 1; completed');
    await stream.until(5);
    const other = b.resubscribe(stream.taskId);
    await other.until(1);
    const stopped = a.process.terminate();
    // It takes no further calls, but goes on with those that it has.
    await eventually(async () => isRefused(a.process.url));
    await a.process.call('open', 'go');
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 40), 'completed']);
    expect(await stopped).toBe(0);
    expect((await other.ended).at(-1)).toBe('completed');
    expect(await storedTask(b, stream.taskId)).toEqual({ state: 'completed', parts: counting(40) });
    expect(await unhandledIn([b])).toEqual([]);
  });

  it('fails at once what takes longer than it may', async () => {
    await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], used.url, {
      env: { AGENT_DRAIN_MS: '100' },
    });
    const [a, b] = pair(group);
    const stream = a.stream('ignore-cancel; task; chunks 3; wait never');
    await stream.until(4);
    const other = b.resubscribe(stream.taskId);
    await other.until(1);
    const stopped = a.process.terminate();
    expect(await other.ended).toEqual(['task working 3', 'failed']);
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, 3), 'failed']);
    expect(await storedTask(b, stream.taskId)).toEqual({ state: 'failed', parts: counting(3) });
    expect(await stopped).toBe(0);
    expect(await unhandledIn([b])).toEqual([]);
  });
});

async function isRefused(url: string): Promise<boolean> {
  // A connection of its own: one that is kept would still be served.
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
