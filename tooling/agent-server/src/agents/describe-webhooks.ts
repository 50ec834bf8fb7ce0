import { describeResponse, taskIdOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { WebhookReceiver } from '../webhook-receiver.ts';
import type { AgentSubject } from './agents.ts';
import { chunks, eventually, storedTask } from './observations.ts';
import { useAgents } from './use-agents.ts';

/** Declares the tests of webhooks where several requests on several replicas hear one task. */
export function describeWebhooks(subject: AgentSubject): void {
  describe(`webhooks of replicas with a ${subject.name}`, () => {
    const settings = { failoverMs: 5000 };
    const used = useAgents(subject, ['a', 'b', 'c'], { settings, env: { AGENT_GRPC: 'off' } });
    let hooks: WebhookReceiver;

    beforeAll(async () => {
      hooks = await WebhookReceiver.start();
    });
    afterAll(async () => {
      await hooks[Symbol.asyncDispose]();
    });

    function toldOf(taskId: string): readonly string[] {
      return hooks.received.filter((each) => taskIdOf(each) === taskId).map(describeResponse);
    }

    it('are told of each event once and in order, of two sends on two replicas', async () => {
      const { a, b } = used;
      const stream = a.stream('task; wait 1; chunks 3; completed', { webhook: hooks.url });
      await stream.until(1);
      const other = b.client.send('wait 2', { taskId: stream.taskId });
      await eventually(async () => (await b.process.call('begun')).includes(stream.taskId));
      await a.process.call('open', '1');
      await stream.ended;
      await b.process.call('open', '2');
      await other;
      await eventually(() => toldOf(stream.taskId).length >= 5);
      expect(toldOf(stream.taskId)).toEqual(['task working 0', ...chunks(0, 3), 'completed']);
    });

    it('are told once of the end of a replica that was killed while several wait for a cancel', async () => {
      const { a, b, c } = used;
      const stream = a.stream('ignore-cancel; task; wait never', { webhook: hooks.url });
      await stream.until(1);
      const cancels = [b, c, b].map(async (each) => each.client.cancel(stream.taskId));
      await eventually(async () => (await a.process.call('canceled')).length === 3);
      await a.process.kill();
      // Who notices first ends the task: whoever asked for a cancel, or who looks after lost replicas.
      await Promise.allSettled(cancels);
      const { state } = await storedTask(c, stream.taskId);
      expect(['canceled', 'failed']).toContain(state);
      // One more notification would come with the event itself.
      await eventually(() => toldOf(stream.taskId).length >= 2);
      const probe = c.stream('task; completed', { webhook: hooks.url });
      await probe.ended;
      await eventually(() => toldOf(probe.taskId).length >= 2);
      expect(toldOf(stream.taskId)).toEqual(['task working 0', state]);
    });
  });
}
