import { describeElsewhere } from '@a2a-redis-internal/agent-server/agents';

import { STREAMS_AGENT } from './subject.ts';

describeElsewhere(STREAMS_AGENT);
