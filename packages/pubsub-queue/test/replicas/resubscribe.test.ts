import {
  chunks,
  describeResubscribe,
  storedTask,
  useAgents,
} from '@a2a-redis-internal/agent-server/agents';
import { mergeSeen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { describe, expect, it } from 'vitest';

import { PUBSUB_AGENT } from './subject.ts';

const CHUNKS = 150;

describeResubscribe(PUBSUB_AGENT);

describe('resubscribe on two other replicas', () => {
  const used = useAgents(PUBSUB_AGENT, ['a', 'b', 'c']);

  it('at any moment of a fast stream: no gap, nothing twice, to the end', async () => {
    const { a, b, c } = used;
    const stream = a.stream(`task; chunks ${CHUNKS} 1; wait end; completed`);
    await stream.until(1);
    const subscribers = [];
    for (let count = 1; count <= 12; count += 1) {
      await stream.until(count * 10 + (count % 3));
      subscribers.push((count % 2 === 0 ? b : c).resubscribe(stream.taskId));
    }
    await Promise.all(subscribers.map(async (each) => each.until(1)));
    await a.process.call('open', 'end');
    expect(await stream.ended).toEqual(['task working 0', ...chunks(0, CHUNKS), 'completed']);
    for (const subscriber of subscribers) {
      expect(mergeSeen(await subscriber.ended)).toEqual({ parts: CHUNKS, state: 'completed' });
    }
    expect((await storedTask(c, stream.taskId)).parts).toHaveLength(CHUNKS);
  });
});
