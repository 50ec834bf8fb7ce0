import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';

import { describeMissingRights, type Step } from './describe-missing-rights.ts';
import { Agent, begin, EVENT, QUEUE_STEPS } from './queue-steps.ts';

/** Longer than a message may be. */
const LONG_TEXT = 'x'.repeat(4 * 1024 * 1024);

const STEPS: Readonly<Record<string, Step<Agent<RedisPubSubQueueManager>>>> = {
  'follow a task to a long event': async (own, others) => {
    const { execution } = await begin(others);
    try {
      const following = own.resubscribe(execution.taskId);
      await following.until(1);
      execution.chunks(1, LONG_TEXT);
      await following.until(2);
    } finally {
      execution.complete();
    }
  },
  'use a direct queue': async (own) => {
    const queue = await own.queues.createOrTap('q');
    const tap = await queue.tap();
    await queue.enqueueEvent(EVENT);
    await tap.dequeueEvent();
    await own.queues.close('q');
  },
  'find a direct queue': async (own, others) => {
    const queue = await others.queues.createOrTap('other');
    try {
      await own.queues.get('other');
    } finally {
      await queue.close();
    }
  },
};

describeMissingRights({
  name: 'pubsub-queue',
  open: (client, suffix) =>
    new Agent(
      client,
      `a2a:queues:${suffix}`,
      (each, options) => new RedisPubSubQueueManager(each, options),
    ),
  steps: { ...QUEUE_STEPS, ...STEPS },
});
