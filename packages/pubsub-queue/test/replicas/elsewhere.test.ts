import { describeElsewhere } from '@a2a-redis-internal/agent-server/agents';

import { PUBSUB_AGENT } from './subject.ts';

describeElsewhere(PUBSUB_AGENT);
