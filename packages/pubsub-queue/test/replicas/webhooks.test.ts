import { describeWebhooks } from '@a2a-redis-internal/agent-server/agents';

import { PUBSUB_AGENT } from './subject.ts';

describeWebhooks(PUBSUB_AGENT);
