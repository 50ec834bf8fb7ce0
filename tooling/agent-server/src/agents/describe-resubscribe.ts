import { describe, expect, it } from 'vitest';

import { TRANSPORTS } from '../agent-card.ts';
import type { AgentSubject } from './agents.ts';
import { chunks, counting, expectSeen, storedTask, unhandledIn } from './observations.ts';
import { randomOf } from './random.ts';
import { useAgents } from './use-agents.ts';

const SUBSCRIBERS = 12;
const CHUNKS = 150;

/** Declares the tests of subscribers that come at random moments. */
export function describeResubscribe(subject: AgentSubject): void {
  describe(`stream on one replica with a ${subject.name}, resubscribe on the other`, () => {
    const used = useAgents(subject, ['a', 'b']);

    it.each([1, 2, 3])(
      'at random moments of a fast stream: no gap, no duplicate (seed %i)',
      async (seed) => {
        const random = randomOf(seed);
        const { a, b } = used;
        const stream = a.stream(`task; chunks ${CHUNKS} 1; wait end ${seed}; completed`);
        await stream.until(1);
        const subscribers = [];
        for (let count = 0; count < SUBSCRIBERS; count += 1) {
          await stream.until(
            random.integer(stream.seen.length, Math.ceil((CHUNKS * (count + 1)) / SUBSCRIBERS)),
          );
          const transport = random.pick(TRANSPORTS);
          subscribers.push(b.resubscribe(stream.taskId, transport));
        }
        await Promise.all(subscribers.map(async (each) => each.until(1)));
        await a.process.call('open', `end ${seed}`);

        expect(await stream.ended).toEqual(['task working 0', ...chunks(0, CHUNKS), 'completed']);
        for (const subscriber of subscribers) {
          const [snapshot] = await subscriber.until(1);
          const held = Number(snapshot?.replace('task working ', ''));
          const rest = [...chunks(held, CHUNKS), 'completed'];
          await expectSeen(subject, subscriber, [`task working ${held}`, ...rest]);
        }
        expect(await storedTask(b, stream.taskId)).toEqual({
          state: 'completed',
          parts: counting(CHUNKS),
        });
        expect(await unhandledIn(used.all)).toEqual([]);
      },
    );
  });
}
