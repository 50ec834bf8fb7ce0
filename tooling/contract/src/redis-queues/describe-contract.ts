import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';

import { describeQueueManagerContract } from '../queues/describe-contract.ts';
import { useServer } from '../shared-server.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Declares the tests of every `ExecutionEventBusManager`, for one on Redis. */
export function describeContract(subject: RedisQueueManagerSubject): void {
  const used = useServer();

  describeQueueManagerContract({
    name: subject.name,
    open: async () => {
      const client = await connect(used.url);
      const prefix = newPrefix();
      const store = subject.openStore(client, `${prefix}tasks:`);
      const errors: Error[] = [];
      const manager = subject.openQueues(client, {
        prefix: `${prefix}queues:`,
        taskStore: store,
        onError: (error) => {
          errors.push(error);
        },
      });
      return {
        manager,
        store,
        errors,
        distribute: (executor) => manager.distribute(executor),
        close: async () => {
          await manager.close();
          client.destroy();
        },
      };
    },
    capabilities: {
      storesEventsOnce: true,
      staysWhileExecuting: true,
      looksElsewhere: true,
      reportsListeners: true,
      tellsByTask: subject.tellsByTask,
    },
  });
}
