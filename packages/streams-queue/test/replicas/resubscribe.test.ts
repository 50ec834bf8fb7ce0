import { describeResubscribe } from '@a2a-redis-internal/agent-server/agents';

import { STREAMS_AGENT } from './subject.ts';

describeResubscribe(STREAMS_AGENT);
