import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';

import { describeMissingRights, type Step } from './describe-missing-rights.ts';
import { Agent, EVENT, QUEUE_STEPS } from './queue-steps.ts';

const STEPS: Readonly<Record<string, Step<Agent<RedisStreamsQueueManager>>>> = {
  'use a direct queue': async (own) => {
    const queue = await own.queues.createOrTap('q');
    const tap = await queue.tap();
    await queue.enqueueEvent(EVENT);
    await queue.enqueueEvent(EVENT);
    await queue.dequeueEvent();
    await queue.taskDone();
    await tap.dequeueEvent();
    for await (const { id } of queue.replay()) if (id === '') throw new Error('No id');
    // It has one event still, which goes back.
    await queue.dequeueEvent();
    await own.queues.close('q');
  },
  'set an event aside, and try it again': async (own) => {
    const queue = await own.queues.createOrTap('poisoned');
    await queue.enqueueEvent(EVENT);
    // Left by the loop, it goes back to the group.
    for await (const event of queue) if (event === EVENT || event.kind === 'task') break;
    await queue.dequeueEvent({ noWait: true });
    const [poison] = await queue.readPoison();
    if (poison !== undefined) await queue.retryPoison(poison);
    await own.queues.close('poisoned');
  },
};

describeMissingRights({
  name: 'streams-queue',
  open: (client, suffix) =>
    new Agent(
      client,
      `a2a:queues:${suffix}`,
      (each, options) =>
        new RedisStreamsQueueManager(each, { ...options, consumerConfig: { maxDeliveries: 1 } }),
    ),
  steps: { ...QUEUE_STEPS, ...STEPS },
});
