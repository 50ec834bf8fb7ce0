import { longestCommand } from '@a2a-redis-internal/redis-clients';
import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { chunkEvent } from '../queues/driven-events.ts';
import { withStoreOfAnotherClient } from './store-of-another-client.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

/** More than fit into one call, several times over. */
const EVENTS = 3000;
/** Some rented servers refuse commands of more arguments, from scripts, too. */
const MOST_ARGUMENTS = 1000;

/** Declares the tests that no command gets large with the number of events, whether a client or a script calls it. */
export function describeFewArguments(subject: RedisQueueManagerSubject): void {
  describe(`commands of a ${subject.name}`, () => {
    declareTests(useReplicas(subject, 2));
  });

  describe(`commands of a ${subject.name} with a store of another client`, () => {
    declareTests(useReplicas(withStoreOfAnotherClient(subject), 2));
  });
}

function declareTests(used: ReplicasInUse): void {
  it('have a thousand arguments at most for a burst of events of a task', async () => {
    const { a, b, server } = used;
    const longest = await longestCommand(server.url, async () => {
      const { execution, stream } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      execution.chunks(EVENTS).complete();
      await Promise.all([stream.ended, following.ended]);
    });
    expect(longest.size).toBeGreaterThan(100);
    expect(longest.size).toBeLessThanOrEqual(MOST_ARGUMENTS);
  });

  it('have a thousand arguments at most for a burst of events of a direct queue', async () => {
    const { a, b, server } = used;
    const { execution } = await beginTask(a);
    const event = chunkEvent(execution.request, 'answer', 'text', true);
    const longest = await longestCommand(server.url, async () => {
      const [writer, reader] = [
        await a.queues.createOrTap('jobs'),
        await b.queues.createOrTap('jobs'),
      ];
      const reading = Array.from({ length: EVENTS }, async () => reader.dequeueEvent());
      await Promise.all(Array.from({ length: EVENTS }, async () => writer.enqueueEvent(event)));
      // With those of the writer that read nothing, some stay where they are.
      await Promise.all(reading.slice(0, EVENTS / 2));
      void Promise.allSettled(reading);
      await Promise.all([writer.close(), reader.close()]);
    });
    // A batch is an entry for each event on Streams, and one message on Pub/Sub.
    expect(longest.size).toBeGreaterThan(2);
    expect(longest.size).toBeLessThanOrEqual(MOST_ARGUMENTS);
    execution.complete();
  });
}
