import { vi } from 'vitest';

import { sentinelSenderSuite } from '../../test/sentinel-sender-suite.ts';

// The same code on the other version of its peer, not a stand-in for it.
vi.mock('redis', () => import('redis-v5'));

sentinelSenderSuite('node-redis 5');
