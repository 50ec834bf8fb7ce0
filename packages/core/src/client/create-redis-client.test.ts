import { createRedisClientSuite } from '../../test/create-redis-client-suite.ts';
import { outageSuite } from '../../test/outage-suite.ts';
import { sentinelSuite } from '../../test/sentinel-suite.ts';

createRedisClientSuite('node-redis 6', 3);
outageSuite('node-redis 6');
sentinelSuite('node-redis 6');
