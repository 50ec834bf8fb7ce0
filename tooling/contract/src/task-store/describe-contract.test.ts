import { InMemoryTaskStore } from '@a2a-js/sdk/server';

import { describeTaskStoreContract } from './describe-contract.ts';

describeTaskStoreContract(
  'InMemoryTaskStore',
  (ownerResolver) => new InMemoryTaskStore(ownerResolver),
);
