import { sentinelSenderSuite } from '../../test/sentinel-sender-suite.ts';

sentinelSenderSuite('node-redis 6');
