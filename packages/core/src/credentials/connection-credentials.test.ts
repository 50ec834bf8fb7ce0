import { credentialsSuite } from '../../test/credentials-suite.ts';

credentialsSuite('node-redis 6', ['a client', 'a pool', 'a cluster', 'sentinels']);
