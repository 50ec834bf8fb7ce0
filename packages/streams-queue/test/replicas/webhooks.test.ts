import { describeWebhooks } from '@a2a-redis-internal/agent-server/agents';

import { STREAMS_AGENT } from './subject.ts';

describeWebhooks(STREAMS_AGENT);
