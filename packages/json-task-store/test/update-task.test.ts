import { describeUpdates } from '@a2a-redis-internal/contract/redis-task-stores';

import { describeWithJson } from './servers.ts';
import { DOCUMENTS } from './subject.ts';

describeWithJson('updates', (server) => {
  describeUpdates(DOCUMENTS, () => server.client);
});
