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

const CHUNKS = 600;

const used = useServer();

/** Events reach subscribers sooner than the request handler has stored them one by one. */
describe('what was published and is not stored yet', () => {
  it('is stored by another replica when its own is killed after the last event', async () => {
    await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], used.url, {
      settings: { failoverMs: 2000 },
    });
    const [a, b] = pair(group);
    const stream = a.stream(`task; wait go; chunks ${CHUNKS}; completed`);
    await stream.until(1);
    const { taskId } = stream;
    const subscriber = b.resubscribe(taskId);
    await subscriber.until(1);
    await a.process.call('open', 'go');
    expect(await subscriber.ended).toEqual(['task working 0', ...chunks(0, CHUNKS), 'completed']);
    await a.process.kill();
    await eventually(async () => (await storedTask(b, taskId)).state !== 'working');
    const whole = { state: 'completed', parts: counting(CHUNKS) };
    expect(await storedTask(b, taskId)).toEqual(whole);
    expect(await unhandledIn([b])).toEqual([]);
  });

  it('is stored before a replica stops, though no request waits for it', async () => {
    await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], used.url);
    const [a, b] = pair(group);
    const script = `task; wait go; chunks ${CHUNKS}; completed`;
    const answer = await a.client.send(script, { returnImmediately: true });
    if (!('id' in answer)) throw new Error('no task');
    await a.process.call('open', 'go');
    expect(await a.process.terminate()).toBe(0);
    const whole = { state: 'completed', parts: counting(CHUNKS) };
    expect(await storedTask(b, answer.id)).toEqual(whole);
    expect(await unhandledIn([b])).toEqual([]);
  });
});
