import { InMemoryPushNotificationStore } from '@a2a-js/sdk/server';

import { describePushNotificationStoreContract } from './describe-contract.ts';

describePushNotificationStoreContract(
  'InMemoryPushNotificationStore',
  (ownerResolver) => new InMemoryPushNotificationStore(ownerResolver),
);
