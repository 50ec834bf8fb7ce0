import { DefaultExecutionEventBusManager, InMemoryTaskStore } from '@a2a-js/sdk/server';

import { describeQueueManagerContract } from './describe-contract.ts';

describeQueueManagerContract({
  name: 'DefaultExecutionEventBusManager',
  open: async () => ({
    manager: new DefaultExecutionEventBusManager(),
    store: new InMemoryTaskStore(),
  }),
});
