import { vi } from 'vitest';

import { createRedisClientSuite } from '../../test/create-redis-client-suite.ts';
import { outageSuite } from '../../test/outage-suite.ts';
import { sentinelSuite } from '../../test/sentinel-suite.ts';

// The same code on the other version of its peer, not a stand-in for it.
vi.mock('redis', () => import('redis-v5'));

createRedisClientSuite('node-redis 5', 2);
outageSuite('node-redis 5');
sentinelSuite('node-redis 5');
