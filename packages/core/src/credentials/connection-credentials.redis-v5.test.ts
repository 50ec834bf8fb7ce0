import { vi } from 'vitest';

import { credentialsSuite } from '../../test/credentials-suite.ts';

// The same code on the other version of its peer, not a stand-in for it.
vi.mock('redis', () => import('redis-v5'));

// Of pools and sentinels, it does not tell that they were closed.
credentialsSuite('node-redis 5', ['a client', 'a cluster']);
