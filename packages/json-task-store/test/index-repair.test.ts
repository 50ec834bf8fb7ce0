import { describeIndexRepair } from '@a2a-redis-internal/contract/redis-task-stores';

import { describeWithJson } from './servers.ts';
import { DOCUMENTS } from './subject.ts';

describeWithJson('the index', (server) => {
  describeIndexRepair(DOCUMENTS, () => server.client);
});
