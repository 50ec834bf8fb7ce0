import { describeResponse } from '@a2a-redis-internal/contract/queue-fixtures';
import { describe, expect, it } from 'vitest';

import { WebhookReceiver } from '../webhook-receiver.ts';
import type { AgentSubject } from './agents.ts';
import { chunks, eventually } from './observations.ts';
import type { AgentsInUse } from './use-agents.ts';

/** Webhooks of tasks that several replicas serve. */
export function tellsWebhooks(_subject: AgentSubject, used: AgentsInUse): void {
  describe('webhooks', () => {
    it('tell of every event, in order, whichever replica serves the rest', async () => {
      const { a, b } = used;
      await using webhooks = await WebhookReceiver.start();
      const stream = a.stream('task; chunks 20 1; wait hook; completed', { webhook: webhooks.url });
      await stream.until(21);
      const subscriber = b.resubscribe(stream.taskId);
      await subscriber.until(1);
      await a.process.call('open', 'hook');
      await Promise.all([stream.ended, subscriber.ended]);
      await eventually(() => webhooks.received.length >= 22);
      const words = webhooks.received.map(describeResponse);
      expect(words).toEqual(['task working 0', ...chunks(0, 20), 'completed']);
    });

    it('tell of the end that another replica asked for', async () => {
      const { a, b } = used;
      await using webhooks = await WebhookReceiver.start();
      const stream = a.stream('task; wait never', { webhook: webhooks.url });
      await stream.until(1);
      await b.client.cancel(stream.taskId);
      await stream.ended;
      await eventually(() => webhooks.received.length >= 2);
      // The request to cancel hears the end, too.
      expect(webhooks.received.map(describeResponse)).toEqual(['task working 0', 'canceled']);
    });
  });
}
