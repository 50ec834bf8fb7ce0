import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { describe, expect, it } from 'vitest';

import { OldServer, REFUSED, TOO_OLD, TOO_OLD_CLUSTER } from '../old-server.ts';
import { CONTEXT, sendRequest } from '../queues/requests.ts';
import { taskOf } from '../task-store/fixtures.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Declares the tests of a server that is older than queue managers need. */
export function describeOldServer(subject: RedisQueueManagerSubject): void {
  describe(`a server that is too old for a ${subject.name}`, () => {
    const old = new OldServer();

    it('is named by a direct queue', async () => {
      await using replica = Replica.on(subject, old.client, newPrefix());
      const refused = await old.refused(async () => {
        const queue = await replica.queues.createOrTap('q');
        await queue.enqueueEvent({
          kind: 'statusUpdate',
          data: { taskId: 't', contextId: 'c', status: undefined, metadata: undefined },
        });
      });
      expect(refused).toEqual(REFUSED);
    });

    it('is named by what is to be executed, of which nothing is', async () => {
      await using replica = Replica.on(subject, old.client, newPrefix());
      const { handler, executor, errors } = replica;
      const sending = handler.sendMessage(sendRequest({}), CONTEXT);
      await expect(sending).rejects.toEqual(TOO_OLD);
      expect(executor.executions).toEqual([]);
      expect(errors).toContainEqual(TOO_OLD);
      expect(await old.client.dbSize()).toBe(0);
    });

    it('is named to who subscribes', async () => {
      await using replica = Replica.on(subject, old.client, newPrefix());
      await expect(replica.resubscribe('t').ended).rejects.toEqual(TOO_OLD);
      expect(await old.client.dbSize()).toBe(0);
    });
  });
  describe(`a cluster that is too old for a ${subject.name}`, () => {
    const old = new OldServer('SPUBLISH');

    it('is named by a direct queue, by what is to be executed, and to who subscribes', async () => {
      const options = { layout: 'cluster' } as const;
      await using replica = Replica.on(subject, old.client, newPrefix(), options);
      const { handler, executor, queues, errors } = replica;
      const { refusals } = await old.refused(async () => queues.createOrTap('q'));
      expect(refusals).toEqual([TOO_OLD_CLUSTER, TOO_OLD_CLUSTER]);
      const sending = handler.sendMessage(sendRequest({}), CONTEXT);
      await expect(sending).rejects.toEqual(TOO_OLD_CLUSTER);
      expect(executor.executions).toEqual([]);
      expect(errors).toContainEqual(TOO_OLD_CLUSTER);
      await replica.tasks.save(taskOf('t'), CONTEXT);
      await expect(replica.resubscribe('t').ended).rejects.toEqual(TOO_OLD_CLUSTER);
    });
  });
}
