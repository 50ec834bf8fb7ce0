import { InMemoryTaskStore } from '@a2a-js/sdk/server';

import { describeTaskStoreContract } from './describe-contract.ts';
import { describeEqualAnswers } from './matches-calls.ts';
import { describeEqualTasks } from './matches-events.ts';

describeTaskStoreContract(
  'InMemoryTaskStore',
  (ownerResolver) => new InMemoryTaskStore(ownerResolver),
);
describeEqualAnswers('InMemoryTaskStore', () => new InMemoryTaskStore(), 20);
describeEqualTasks('InMemoryTaskStore', () => new InMemoryTaskStore(), 20);
