import { describeDeletionsAndIds } from '@a2a-redis-internal/contract/redis-task-stores';

import { describeWithJson } from './servers.ts';
import { DOCUMENTS } from './subject.ts';

describeWithJson('deletions and ids', (server) => {
  describeDeletionsAndIds(DOCUMENTS, () => server.client);
});
