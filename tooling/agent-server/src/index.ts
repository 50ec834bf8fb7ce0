export type { AgentCalls } from './agent-calls.ts';
export { TRANSPORTS, type TransportName } from './agent-card.ts';
export { AgentClient, type SendOptions } from './agent-client.ts';
export { type AgentSender, type OpenQueues, type OpenSender, serveAgent } from './serve-agent.ts';
export { WebhookReceiver } from './webhook-receiver.ts';
