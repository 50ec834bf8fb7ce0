import type { AgentSubject } from '@a2a-redis-internal/agent-server/agents';

/** An agent with this queue manager, whose replicas are processes of their own. */
export const PUBSUB_AGENT: AgentSubject = {
  name: 'RedisPubSubQueueManager',
  module: new URL('../agent.ts', import.meta.url),
  hasOneSnapshot: false,
};
