export {
  type Agent,
  type AgentOptions,
  type Agents,
  type AgentSubject,
  pair,
  startAgents,
} from './agents.ts';
export { describeElsewhere } from './describe-elsewhere.ts';
export { describeResubscribe } from './describe-resubscribe.ts';
export { describeWebhooks } from './describe-webhooks.ts';
export { chunks, counting, eventually, storedTask, unhandledIn } from './observations.ts';
export { type Random, randomOf } from './random.ts';
export { survivesRedisTrouble, type Trouble } from './survives-redis-trouble.ts';
export { useAgents, useAgentsForTrouble } from './use-agents.ts';
